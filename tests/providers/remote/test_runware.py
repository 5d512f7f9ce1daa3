"""Runware's client against the double of the service: every operation with every option, pixel by pixel."""

import json
import uuid

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the test servers need starlette")
pytest.importorskip("uvicorn", reason="the test servers need uvicorn")

from maskstudio.errors import Unreachable
from maskstudio.params.runware import REMBG, RUNWARE_CUTOUT, RUNWARE_MASKING
from tests.providers.remote.runware_world import (
    BOXES,
    KEY,
    World,
    bright,
    errand,
    grey,
    labelled,
    luma,
    photo_of,
    png,
    reach,
    sent_photo,
    shared_out,
    union,
)

# ---------------------------------------------------------------------- masks


LABELS = dict(enumerate(
    ["face", "face", "hand", "person", "person", "face", "face", "face", "eyes", "eyes and lips", "nose and eyes",
     "nose and lips", "nose", "lips", "eyes"], start=1))  # fmt: skip


@pytest.mark.parametrize("model", [model for model, _ in RUNWARE_MASKING])
def test_every_masking_model_gives_a_piece_for_each_box(runware: World, model: str) -> None:
    job = errand("detect", model=model)
    answer = runware.run(job)
    boxes = [BOXES["angle"], BOXES["plate"], BOXES["block"]]
    expected = np.where(bright(photo_of()), 255, 0)
    expected[70:73, 100:103] = 0  # 9 of 900 px: below the confidence
    assert [piece.box for piece in answer.pieces] == [tuple(map(float, box)) for box in boxes]
    for piece, mask in zip(answer.pieces, shared_out(expected, boxes), strict=True):
        assert np.array_equal(piece.mask, mask)
        assert piece.label == LABELS[int(model.partition("@")[2])]
        assert (piece.score, piece.done, piece.hidden, piece.colours) == (None, frozenset(), False, None)
    assert np.array_equal(union(answer), expected)
    assert answer.cost == 0.0013
    assert not answer.note
    assert runware.ledger == [("sent", None, job.identity), ("done", 0.0013, job.identity)]
    assert [task["model"] for task in runware.tasks()] == [model]
    assert [fraction for fraction, _ in runware.told] == sorted(fraction for fraction, _ in runware.told)
    assert all(0 <= fraction <= 1 and text for fraction, text in runware.told)


def test_confidence_and_max_detections_are_the_services(runware: World) -> None:
    everything = runware.run(errand("detect", confidence=0.0, max_detections=20))
    assert [piece.box for piece in everything.pieces] == [tuple(map(float, box)) for box in BOXES.values()]
    assert np.array_equal(union(everything), np.where(bright(photo_of()), 255, 0))
    only = runware.run(errand("detect", confidence=0.0, max_detections=1))
    (piece,) = only.pieces
    assert np.array_equal(piece.mask > 0, np.isin(labelled(photo_of()), [1]))
    strict = runware.run(errand("detect", confidence=0.99))
    assert len(strict.pieces) == 2  # angle and plate have 900 px each


@pytest.mark.parametrize(("padding", "blur"), [(4, 4), (-3, 0), (0, 6), (-3, 5)])
def test_padding_and_blur_there(runware: World, padding: int, blur: int) -> None:
    job = errand("detect", max_detections=1, shape_there=True, mask_padding=padding, mask_blur=blur)
    answer = runware.run(job)
    flags = labelled(photo_of()) > 0
    grown = reach(flags) <= padding if padding >= 0 else reach(~flags) > -padding
    fade = np.floor(255 * np.clip(1 - reach(grown) / blur, 0, 1) + 0.5) if blur else 0
    (piece,) = answer.pieces
    assert np.array_equal(piece.mask, np.where(grown, 255, fade))
    assert piece.done == {"mask_padding", "mask_blur"}
    assert piece.box == tuple(map(float, BOXES["angle"]))


def test_padding_and_blur_here_send_none(runware: World) -> None:
    answer = runware.run(errand("detect", mask_padding=17, mask_blur=9))
    settings = runware.tasks()[0]["settings"]
    assert (settings["maskPadding"], settings["maskBlur"]) == (0, 0)
    assert not any(piece.done for piece in answer.pieces)


@pytest.mark.parametrize("output_type", ["URL", "base64Data", "dataURI"])
@pytest.mark.parametrize("output_format", ["PNG", "WEBP", "JPG"])
def test_every_way_a_mask_can_travel(runware: World, output_type: str, output_format: str) -> None:
    job = errand("detect", output_type=output_type, output_format=output_format, output_quality=60)
    answer = runware.run(job)
    whole = np.where(bright(photo_of()), 255, 0).astype(np.uint8)
    whole[70:73, 100:103] = 0
    kind = {"JPG": "JPEG"}.get(output_format, output_format)
    expected = grey(png(whole, kind, **({} if kind == "PNG" else {"quality": 60})))
    # Two decoders of a lossy format round apart by a step.
    assert np.abs(union(answer).astype(int) - expected).max() <= (0 if kind == "PNG" else 2)
    (task,) = runware.tasks()
    assert task.get("outputQuality") == (None if output_format == "PNG" else 60)
    fetched = [request for request in runware.server.requests if request["route"] == "result"]
    assert len(fetched) == (output_type == "URL")
    assert not any(KEY in json.dumps(request["headers"]) for request in fetched)


def test_a_dark_photo_has_no_pieces(runware: World) -> None:
    answer = runware.run(errand("detect", np.full((40, 60, 3), 9, np.uint8)))
    assert answer.pieces == ()
    assert answer.note == "Runware found nothing in this photo."
    assert runware.states == ["sent", "done"]


# ---------------------------------------------------------------------- background removal


@pytest.mark.parametrize("model", [model for model, _ in RUNWARE_CUTOUT])
def test_every_cutout_model(runware: World, model: str) -> None:
    answer = runware.run(errand("cutout", model=model, rgba=(1, 2, 3, 200)))
    inside = bright(photo_of())
    (piece,) = answer.pieces
    assert np.array_equal(piece.mask, np.where(inside, 255, 0))
    assert piece.colours is not None
    assert np.array_equal(piece.colours[inside], photo_of()[inside])
    assert (piece.label, piece.score, piece.box) == ("subject", None, (10.0, 10.0, 110.0, 73.0))
    assert answer.cost == 0.0006
    assert len(runware.server.charges) == 1
    (task,) = runware.tasks()
    assert ("settings" in task) == (model == REMBG)
    if model == REMBG:
        assert task["settings"]["rgba"] == [1, 2, 3, 0]


@pytest.mark.parametrize("output_type", ["URL", "base64Data", "dataURI"])
@pytest.mark.parametrize("output_format", ["PNG", "WEBP"])
@pytest.mark.parametrize("only_mask", [False, True])
def test_every_way_a_cutout_can_travel(runware: World, output_type: str, output_format: str, only_mask: bool) -> None:
    values = {"output_type": output_type, "output_format": output_format, "return_only_mask": only_mask}
    (piece,) = runware.run(errand("cutout", **values)).pieces
    assert (piece.colours is None) == only_mask
    expected = np.where(bright(photo_of()), 255, 0).astype(np.uint8)
    if only_mask and output_format == "WEBP":
        assert np.abs(piece.mask.astype(int) - grey(png(expected, "WEBP", quality=95))).max() <= 2
    else:
        assert np.array_equal(piece.mask, expected)


@pytest.mark.parametrize("only_mask", [False, True])
@pytest.mark.parametrize("clean", [False, True])
@pytest.mark.parametrize("matting", [False, True])
def test_every_option_of_rembg(runware: World, only_mask: bool, clean: bool, matting: bool) -> None:
    job = errand(
        "cutout", return_only_mask=only_mask, post_process_mask=clean, alpha_matting=matting,
        alpha_matting_foreground_threshold=220, alpha_matting_background_threshold=50, alpha_matting_erode_size=7,
    )  # fmt: skip
    (piece,) = runware.run(job).pieces
    expected = np.where(bright(photo_of()), 255, 0)
    if clean:
        expected[70:73, 100:103] = 0
    if matting:
        light = luma(photo_of())
        expected = np.where((light >= 50) & (light <= 220), light, expected)
    assert np.array_equal(piece.mask, expected)
    settings = runware.tasks()[0]["settings"]
    thresholds = {
        "alphaMattingForegroundThreshold": 220, "alphaMattingBackgroundThreshold": 50, "alphaMattingErodeSize": 7,
    }  # fmt: skip
    assert {name: value for name, value in settings.items() if name in thresholds} == (thresholds if matting else {})


# ---------------------------------------------------------------------- photos on their way


def test_a_large_photo_is_sent_reduced_and_its_mask_comes_home(runware: World) -> None:
    photo = np.zeros((700, 2800, 3), np.uint8)
    photo[:] = (30, 30, 30)
    photo[100:600, 200:900] = (230, 220, 210)
    photo[200:500, 1800:2400] = (210, 220, 230)
    job = errand("detect", photo, shape_there=True, mask_padding=-11, mask_blur=0)
    answer = runware.run(job)
    (task,) = runware.tasks()
    assert sent_photo(task["inputs"]["image"]).shape == (512, 2048, 3)
    assert task["settings"]["maskPadding"] == round(-11 * 2048 / 2800) == -8
    for piece, box in zip(answer.pieces, [(200, 100, 900, 600), (1800, 200, 2400, 500)], strict=True):
        assert np.allclose(piece.box, box, atol=2)
        left, top, right, bottom = box
        assert piece.mask.shape == (700, 2800)
        # Eight px of the small copy are eleven here; two px of the small copy either way are left to the edge.
        assert (piece.mask[top + 15 : bottom - 15, left + 15 : right - 15] == 255).all()
        outside = piece.mask.copy()
        outside[top + 6 : bottom - 6, left + 6 : right - 6] = 0
        assert not outside.any()
    cut = runware.run(errand("cutout", photo))
    assert cut.pieces[0].mask.shape == (700, 2800)
    assert cut.pieces[0].colours is None  # the service's colours are too small to be of use
    assert np.mean((cut.pieces[0].mask > 127) != bright(photo)) < 1e-3


def test_a_jpeg_is_what_it_was_told_to_be(runware: World) -> None:
    answer = runware.run(errand("cutout", return_only_mask=True), send_as="JPG")
    link = runware.tasks()[0]["inputs"]["image"]
    assert link.startswith("data:image/jpeg;base64,")
    assert np.array_equal(answer.pieces[0].mask, np.where(bright(sent_photo(link)), 255, 0))


def test_a_heavy_photo_is_uploaded_and_named(runware: World) -> None:
    runware.server.faults.next("runware.upload", "paid-drop")
    runware.server.faults.next("runware.upload", "500")
    answer = runware.run(errand("cutout"), inline=100)
    assert np.array_equal(answer.pieces[0].mask, np.where(bright(photo_of()), 255, 0))
    (task,) = runware.tasks()
    assert str(uuid.UUID(task["inputs"]["image"])) == task["inputs"]["image"]
    assert [task["taskType"] for task in runware.tasks("runware.upload")] == ["imageUpload"] * 2
    assert len({task["taskUUID"] for task in runware.tasks("runware.upload")}) == 2
    assert len(runware.server.charges) == 1


def test_an_upload_that_cannot_be_made_costs_nothing(runware: World) -> None:
    runware.server.faults.next("runware.upload", "reset", times=99)
    with pytest.raises(Unreachable, match="could not be sent"):
        runware.run(errand("cutout"), inline=100)
    assert runware.ledger == runware.server.charges == []
