"""Runware's older forms of a task, pictures that lie elsewhere, and what is white in a mask that comes alone."""

import asyncio
import base64

import numpy as np
import pytest

from maskstudio.errors import BadParameter
from maskstudio.params.runware import RunwareAccount, RunwareCutoutParams, RunwareMaskParams
from maskstudio.providers.remote.base import Keys
from maskstudio.providers.remote.runware import Runware
from tests.providers.remote.runware_world import FEW, KEY, World, bright, errand, photo_of, png, union


def service(runware: World, **account: str) -> Runware:
    made = RunwareAccount(base_url=f"{runware.base}/runware/v1", send_as="PNG", **account)
    return Runware(made, Keys(lambda _name: KEY), times=FEW)


def run(runware: World, task: object, **account: str) -> object:
    return asyncio.run(service(runware, **account).run(task, runware.trip()))


# As docs/services.md, 1.6 and 1.7 have them: what stands at the top beside the names.
SHAPES = {
    ("detect", "current"): ("imageMasking", {"inputs", "settings"}),
    ("detect", "flat"): ("imageMasking", {"inputImage", "confidence", "maxDetections", "maskPadding", "maskBlur"}),
    ("detect", "settings"): ("imageMasking", {"inputImage", "confidence", "maxDetections", "maskPadding", "maskBlur"}),
    ("detect", "mixed"): ("imageMasking", {"inputImage", "confidence", "maxDetections", "maskPadding", "maskBlur"}),
    ("cutout", "current"): ("removeBackground", {"inputs", "settings"}),
    ("cutout", "flat"): (
        "imageBackgroundRemoval", {"inputImage", "rgba", "postProcessMask", "returnOnlyMask", "alphaMatting"},
    ),
    ("cutout", "settings"): ("imageBackgroundRemoval", {"inputImage", "settings"}),
    ("cutout", "mixed"): ("removeBackground", {"inputImage", "settings"}),
}  # fmt: skip
HEAD = {"taskType", "taskUUID", "model", "outputType", "outputFormat", "includeCost"}


@pytest.mark.parametrize(("operation", "dialect"), SHAPES)
def test_a_task_in_every_dialect(runware: World, operation: str, dialect: str) -> None:
    answer = run(runware, errand(operation), dialect=dialect)
    (task,) = runware.tasks()
    kind, rest = SHAPES[operation, dialect]
    later = {"deliveryMethod"} if dialect != "flat" else set()
    assert task["taskType"] == kind
    assert task.keys() == HEAD | rest | later
    assert answer.pieces
    if operation == "cutout":
        assert ((answer.pieces[0].mask > 0) == bright(photo_of())).all()
    assert answer.said["taskType"] == kind


def test_models_by_their_first_names(runware: World) -> None:
    runware.scripted.answers.append((200, {"data": [{"taskUUID": "IDENTITY", "status": "success", "detections": [],
                                                    "maskImageBase64Data": _black()}]}))  # fmt: skip
    account = RunwareAccount(base_url=f"{runware.base}/scripted/v1", dialect="names")
    task = errand("detect", model="runware:35@9")
    asyncio.run(Runware(account, Keys(lambda _name: KEY), times=FEW).run(task, runware.trip()))
    assert runware.scripted.bodies[0][0]["model"] == "mediapipe_face_mesh_eyes_only"


def _black() -> str:
    return base64.b64encode(png(np.zeros((80, 120), np.uint8))).decode()


def test_other_models_take_no_settings_in_any_dialect(runware: World) -> None:
    for dialect in ("current", "flat", "settings", "mixed"):
        run(runware, errand("cutout", model="runware:112@5"), dialect=dialect)
    names = {"settings", "rgba", "returnOnlyMask", "postProcessMask", "alphaMatting"}
    assert all(names.isdisjoint(task) for task in runware.tasks())


@pytest.mark.parametrize("shows", ["subject", "background"])
def test_what_is_white_in_a_mask_alone_is_the_user_s_choice(runware: World, shows: str) -> None:
    answer = run(runware, errand("cutout", return_only_mask=True), mask_shows=shows)
    found = answer.pieces[0].mask > 127
    assert (found == (bright(photo_of()) == (shows == "subject"))).all()
    assert ("inside out" in answer.note) == (shows == "background")
    assert (run(runware, errand("cutout"), mask_shows=shows).pieces[0].mask > 127).sum() == bright(photo_of()).sum()


def test_a_photo_that_lies_elsewhere_is_named_and_not_sent(runware: World) -> None:
    name = runware.server.images.keep(png(photo_of()), "png")
    for given in (name, f"{runware.base}/runware/im/{name}.png"):
        answer = run(runware, errand("detect", input_image=given))
        assert runware.tasks()[-1]["inputs"] == {"image": given}
        assert (union(answer) > 0).any()
    assert not [one for one in runware.server.requests if one["route"] == "runware.upload"]


def test_a_photo_that_lies_elsewhere_may_be_larger_than_what_is_stored(runware: World) -> None:
    wide = np.zeros((40, 2200, 3), np.uint8)
    wide[10:30, 100:2000] = 255
    name = runware.server.images.keep(png(wide), "png")
    answer = run(runware, errand("cutout", wide, input_image=name))
    assert ((answer.pieces[0].mask > 127) == bright(wide)).all()


def test_the_plan_says_that_a_link_leaves_and_who_gets_the_result() -> None:
    plan = Runware(RunwareAccount(), Keys()).plan(
        "detect",
        RunwareMaskParams(input_image="https://example.com/a.jpg", upload_endpoint="https://files.example.com/r?sig=x"),
        (10, 10),
    )
    assert (plan.kind, plan.hosts) == ("link", ("api.runware.ai", "files.example.com"))


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("input_image", "file:///etc/passwd"),
        ("input_image", "https://user:pass@example.com/a.jpg"),
        ("input_image", "https://[bad"),
        ("input_image", "not-a-uuid"),
        ("input_image", "https://example.com/a b.jpg"),
        ("upload_endpoint", "http://example.com/a"),
        ("upload_endpoint", "50836053-a0ee-4cf5-b9d6-ae7c5d140ada"),
    ],
)
def test_links_that_are_none_are_refused(name: str, link: str) -> None:
    for kind in (RunwareMaskParams, RunwareCutoutParams):
        with pytest.raises(BadParameter, match="must be a link"):
            kind(**{name: link})
