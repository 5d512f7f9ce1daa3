"""Nothing a user gives to a service is accepted and then ignored: it changes the request or the result, or is refused.

Every operation of every service with every parameter it declares, and with every option of the commands themselves.
"""

import copy
import json
from uuid import uuid4

import PIL.Image
import pytest

from maskstudio.params.local import AdjustParams, CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams
from maskstudio.services import directory
from tests.sending.scene import photo
from tests.servers.pictures import encode

COMMANDS = {
    "detect": (DetectParams, MaskParams),
    "objects": (DetectParams,),
    "bodyParts": (DetectParams,),
    "cutout": (CutoutParams, ExportParams),
    "refine": (RefineParams, AdjustParams, ExportParams),
}
DONE = [(service, operation) for service, info in directory.SERVICES.items() for operation in info.operations]


def other(place, spec):
    """A value of a parameter that is not its default, in words; a value that means something where any would do."""
    if spec.wire == "inputImage":
        return place.runware.images.keep(encode(photo(), "PNG", 95), "png")
    if spec.wire == "uploadEndpoint":
        with place.bucket.client() as client:
            return client.generate_presigned_url("put_object", {"Bucket": place.bucket.bucket, "Key": str(uuid4())})
    if spec.wire == "depth":
        return "16"
    if spec.wire == "metadata":
        return "all"
    if spec.choices:
        return next(key for key, _ in spec.choices if key != spec.default)
    if spec.kind is bool:
        return "no" if spec.default else "yes"
    if spec.kind is tuple:
        return "0,0,255,255"
    if spec.kind is str:
        return "mediapipe_face_short"
    value = {"confidence": 0.999, "maxDetections": 1}.get(spec.wire, spec.low + (spec.high - spec.low) / 3)
    return str(spec.kind(value)) if spec.kind(value) != spec.default else str(spec.kind(spec.high))


@pytest.fixture
def ran(maskstudio, picture, mask, tmp_path, place):
    """Run an operation at a service: status, sentence, and all that may differ: requests, reports, files."""

    def run(service, operation, *words):
        out = tmp_path / "out"
        common = ("--provider", service, "--yes", "--json", *words)
        command = {
            "detect": ("detect", picture, "-o", tmp_path / "out.png"),
            "objects": ("objects", picture, "-o", out),
            "bodyParts": ("objects", picture, "-o", out, "--parts-of", mask),
            "cutout": ("cutout", picture, "-o", tmp_path / "out.png"),
            "refine": ("refine", picture, mask, "-o", tmp_path / "out.png"),
        }[operation]
        server = getattr(place, service)
        server.requests.clear()
        status, said, err = maskstudio(*command, *common)
        files = {
            str(path): path.read_bytes() for path in sorted(tmp_path.rglob("*.png")) if path not in (picture, mask)
        }
        for path in files:
            PIL.Image.open(path).load()
        report = json.loads(said)["objects" if operation in ("objects", "bodyParts") else "parameters"] if said else {}
        sent = [plain(one["body"]) for one in copy.deepcopy(server.requests) if one["body"]]
        for path in tmp_path.rglob("*.png"):
            if path not in (picture, mask):
                path.unlink()
        labels = [row["label"] for row in report] if isinstance(report, list) else []
        return status, err, (sent, files, labels)

    yield run
    place.bucket.clear()


def plain(body):
    """A request without what differs each time."""
    if isinstance(body, list):
        return [plain(each) for each in body]
    if isinstance(body, dict):
        left = {"taskUUID", "url", "ImageURL", "MaskImageURL"}
        return {name: plain(value) for name, value in body.items() if name not in left}
    return body


def judge(run, changed):
    """Used, or refused with status 2 and one sentence."""
    status, err, seen = changed
    if status == 0:
        assert seen != run[2]
        return "used"
    assert status == 2, err
    assert err.count("\n") == 1
    assert err.endswith(".\n")
    return "refused"


@pytest.mark.parametrize(("service", "operation"), DONE, ids=lambda each: each)
def test_every_parameter_of_a_service_is_used_or_refused(ran, place, service, operation):
    first = ran(service, operation)
    assert first[0] == 0, first[1]
    outcomes = {}
    for spec in directory.service(service).operations[operation].specs():
        outcomes[spec.wire] = judge(first, ran(service, operation, "--option", f"{spec.wire}={other(place, spec)}"))
    refused = {wire for wire, how in outcomes.items() if how == "refused"}
    # Alone these mean nothing: a PNG has no quality, and the thresholds belong to matting, which is off.
    idle = {"outputQuality", *(wire for wire in outcomes if wire.startswith("alphaMatting") and wire != "alphaMatting")}
    assert refused == idle & outcomes.keys()


@pytest.mark.parametrize(("service", "operation"), DONE, ids=lambda each: each)
def test_every_option_of_the_command_is_used_or_refused(ran, place, service, operation):
    first = ran(service, operation)
    for kind in COMMANDS[operation]:
        for spec in kind.specs():
            words = [f"--{spec.name.replace('_', '-')}", other(place, spec)]
            if spec.kind is bool:
                words = [f"--{'no-' if spec.default else ''}{spec.name.replace('_', '-')}"]
            elif spec.wire == "model" and service == "runware":
                words[1] = "hand_yolov8n" if operation == "detect" else "bria:2@1"
            changed = ran(service, operation, *words)
            if changed[0] == 0 and (spec.wire, spec.kind) == ("alphaMatting", bool):
                continue  # off is what it is there anyway
            judge(first, changed)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("cutout {p} -o {o} --provider runware --model bria:2@1 --alpha-matting --yes", "alphaMatting would not be"),
        ("cutout {p} -o {o} --provider runware --model bria:2@1 --option postProcessMask=yes --yes", "postProcessMask"),
        ("cutout {p} -o {o} --provider runware --option alphaMattingErodeSize=3 --yes", "alphaMattingErodeSize"),
        ("cutout {p} -o {o} --provider adobe --alpha-matting --yes", "no parameter called 'alphaMatting'"),
        ("cutout {p} -o {o} --provider runware --rgba 1,2,3,4 --return-only-mask --yes", "rgba would not be used"),
        (
            "detect {p} --provider runware --option shapeThere=no --option maskPadding=3 --yes",
            "maskPadding would not be",
        ),
        ("detect {p} --provider runware --option maskBlur=3 --mask-blur 4 --yes", "given twice"),
        ("detect {p} --provider runware --option maskBlur=3 --option maskBlur=4 --yes", "given twice"),
        ("detect {p} --provider runware --option inputImage=ftp://x/y --yes", "inputImage must be"),
        ("detect {p} --provider runware --option uploadEndpoint=http://example.com/x --yes", "uploadEndpoint must be"),
        ("detect {p} --option maskBlur=3", "--option is for a service"),
        ("detect {p} --model mediapipe_face_mesh --box-shape box", "boxShape would not be used"),
        ("objects {p} -o {o} --parts-of {p}", "--parts-of is for a service"),
        ("cutout {p} -o {o} --no-alpha-matting --alpha-matting-erode-size 3", "alphaMattingErodeSize would not be"),
        ("cutout {p} -o {o} --return-only-mask --hidden bleed", "hiddenColours would not be used"),
        ("refine {p} {p} -o {o} --outer-only", "outerOnly would not be used"),
        ("refine {p} {p} -o {o} --no-color-decontamination --spill 1,2,3,255", "spillColor would not be used"),
        ("refine {p} {p} -o {o} --provider adobe --save-recipe {o}.json --yes", "Recipes and trimaps"),
    ],
)
def test_what_would_be_ignored_is_refused(maskstudio, picture, tmp_path, place, words, says):
    status, out, err = maskstudio(*(word.format(p=picture, o=tmp_path / "o.png") for word in words.split()))
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert not (tmp_path / "o.png").exists()
    assert [place.charges(name) for name in ("runware", "adobe")] == [[], []]
