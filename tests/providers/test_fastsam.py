"""FastSAM: an untrained network for its plumbing, and made things for how a prompt chooses among them."""

import numpy as np
import pytest

from maskstudio.core.image import Image
from maskstudio.errors import ModelUnavailable, Untrusted
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import fastsam
from maskstudio.providers.local.networks.aiming import aim_of
from maskstudio.providers.local.networks.fastsam import FastSamNetwork
from maskstudio.providers.local.samselector import SamSelector
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import trust
from maskstudio.selection.prompt import Prompt

SIZE = (512, 384)  # px of the made photo, which lies in the network's square at twice its size
THINGS = {"left": (40, 60, 200, 300), "part": (60, 80, 120, 160), "right": (280, 60, 460, 300)}  # px of the photo
SCORES = {"left": 0.8, "part": 0.6, "right": 0.7}


def encoding():
    """Three things, each with a prototype of its own that is positive in its box."""
    prototypes = np.full((1, 3, 256, 256), -4.0, np.float32)
    rows = np.zeros((1, 3, 9, 1), np.float32)
    for place, name in enumerate(sorted(THINGS, key=lambda each: -SCORES[each])):
        left, top, right, bottom = THINGS[name]
        prototypes[0, place, top // 2 : bottom // 2, left // 2 : right // 2] = 4.0
        rows[0, place, :4, 0] = np.array([left, top, right, bottom]) * 2
        rows[0, place, 4, 0] = SCORES[name]
        rows[0, place, 6 + place, 0] = 1.0
    return {"things": rows, "prototypes": prototypes}


def chosen(prompt):
    """The names of what is chosen for a prompt, by their overlap with the made things, and the scores."""
    network = FastSamNetwork(None, "FastSAM-s.pt")
    logits, scores, lie = network.decode(encoding(), SIZE, aim_of(prompt), Token())
    assert len(logits) == len(scores) <= 3
    names = []
    for each in logits:
        inside = lie.seen(each, SIZE) > 0
        truths = {name: truth(name) for name in THINGS} | {"both": truth("left") | truth("right")}
        overlaps = {name: (inside & other).sum() / (inside | other).sum() for name, other in truths.items()}
        names.append(max(overlaps, key=overlaps.get))
        assert overlaps[names[-1]] > 0.95
    return names, scores


def truth(name):
    left, top, right, bottom = THINGS[name]
    plane = np.zeros(SIZE[::-1], bool)
    plane[top:bottom, left:right] = True
    return plane


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        (Prompt(include=((90, 120),)), ["left", "part"]),
        (Prompt(include=((90, 120),), exclude=((180, 280),)), ["part"]),
        (Prompt(include=((350, 200),)), ["right"]),
        (Prompt(include=((180, 280), (350, 200))), ["both", "left", "right"]),
        (Prompt(box=(55, 75, 125, 165)), ["part", "left"]),
        (Prompt(box=(30, 50, 210, 310)), ["left", "part"]),
        (Prompt(include=((5, 5),)), []),
    ],
)
def test_a_prompt_chooses_among_the_things(prompt, wanted):
    names, scores = chosen(prompt)
    assert names == wanted
    assert all(0 < score <= 1 for score in scores)


def test_where_there_is_no_thing_the_photo_alone_is_asked():
    pixels = np.full((*SIZE[::-1], 3), 120, np.uint8)
    pixels[310:370, 210:270] = (220, 30, 30)
    selector = SamSelector(pixels, FastSamNetwork(None, "FastSAM-s.pt"), encoding())
    found = selector.predict(Prompt(include=((240, 340),)), Token())
    assert found
    assert found[0].mask[240, 340] == 255


def test_fits_knows_its_own_encoding():
    network = FastSamNetwork(None, "FastSAM-s.pt")
    assert network.fits(encoding())
    assert not network.fits({"image_embed": np.zeros((1, 256, 64, 64), np.float32)})
    assert not network.fits(encoding() | {"things": np.zeros((1, 3, 8, 1), np.float32)})


@pytest.fixture
def untrained(home):
    torch = pytest.importorskip("torch")
    from maskstudio.providers.local.networks import ultralytics_quiet

    ultralytics_quiet.ready()
    from ultralytics.nn.tasks import SegmentationModel

    torch.manual_seed(2)
    made = SegmentationModel("yolov8n-seg.yaml", nc=1, verbose=False).eval()
    made.names, made.args, made.task = {0: "object"}, {"imgsz": 1024, "task": "segment"}, "segment"
    with torch.no_grad():
        made.model[-1].cv3[-1][-1].bias.fill_(-0.5)  # untrained, it is sure of nothing
    path = home / "models" / "FastSAM-s.pt"
    path.parent.mkdir(parents=True)
    torch.save({"model": made, "train_args": {"task": "segment", "imgsz": 1024}}, path)
    yield path
    WARM.drop("FastSAM-s")


def test_an_untrained_network_runs_from_the_file_to_the_mask(untrained):
    pixels = np.random.default_rng(4).integers(0, 255, (96, 128, 3)).astype(np.uint8)
    with pytest.raises(Untrusted):
        Local().open_selector(Image(pixels), "FastSAM-s", Token())
    trust.trust(untrained)
    assert families.family_of("FastSAM-s").state("FastSAM-s").state == "ready"
    selector = Local().open_selector(Image(pixels), "FastSAM-s", Token())
    found = selector.predict(Prompt(include=((64, 48),)), Token())
    assert found
    assert found[0].mask.size == (128, 96)
    assert found[0].mask[64, 48] == 255


def test_a_network_without_outlines_is_refused(untrained, shared_models, home):
    path = home / "models" / "FastSAM-x.pt"
    path.write_bytes((shared_models / "STANDIN_face_yolov8n.pt").read_bytes())
    trust.trust(path)
    with pytest.raises(ModelUnavailable, match="it draws no outlines"):
        fastsam.load(path)
