"""Files of Segment Anything that hold a pickle, and networks with random weights beside Ultralytics' own decoding."""

import pickle
import sys

import numpy as np
import pytest

from maskstudio.errors import Cancelled, ModelUnavailable, Untrusted
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.local.networks import pointnetwork, sam_files, samnetwork
from maskstudio.providers.local.networks.aiming import aim_of
from maskstudio.providers.local.warm import WARM
from maskstudio.providers.weights import trust
from maskstudio.selection.prompt import Prompt
from tests.madesam import opened, scene


class Evil:
    def __reduce__(self):
        return print, ("this must not run",)


def test_a_pickle_does_not_run_even_if_it_is_trusted(folder, capsys):
    folder.mkdir(parents=True)
    path = folder / "mobile_sam.pt"
    path.write_bytes(pickle.dumps({"model": Evil()}))
    with pytest.raises(Untrusted, match="--trust"):
        opened(scene(80, 60)[0], "mobile_sam")
    assert "--trust" in families.family_of("mobile_sam").state("mobile_sam").note
    trust.trust(path)
    with pytest.raises(ModelUnavailable, match="not the SAM model that its name says"):
        opened(scene(80, 60)[0], "mobile_sam")
    assert "this must not run" not in capsys.readouterr().out


def test_every_known_file_can_be_built():
    from maskstudio.providers.local.networks import ultralytics_quiet

    ultralytics_quiet.ready()
    from ultralytics.models.sam import build

    built = [entry for entry in sam_files.ENTRIES if entry.builder]  # FastSAM's files hold their network
    assert all(callable(getattr(build, entry.builder)) for entry in built)
    assert {f"{entry.name}.pt" for entry in built} <= build.sam_model_map.keys()


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory):
    torch = pytest.importorskip("torch")
    from maskstudio.providers.local.networks import ultralytics_quiet

    ultralytics_quiet.ready()
    from ultralytics.models.sam import build

    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("weights") / "mobile_sam.pt"
    torch.save(build.build_mobile_sam().state_dict(), path)
    return path


def test_mobile_sam_with_random_weights_agrees_with_ultralytics_own_decoding(folder, random_weights, monkeypatch):
    import torch

    monkeypatch.setenv("MASKSTUDIO_MODELS", str(random_weights.parent))
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[80:220, 60:200] = (200, 90, 40)
    with pytest.raises(Untrusted):
        opened(pixels, "mobile_sam")
    trust.trust(random_weights)
    stages = []
    selector = opened(pixels, "mobile_sam", Token(lambda share, text: stages.append((share, text))))
    assert {text for _, text in stages} >= {"Loading the model", "Encoding the photo", "Ready"}
    assert [share for share, _ in stages] == sorted(share for share, _ in stages)
    inner = selector._selector
    network, encoding = inner._network, inner._encoding
    aim = aim_of(Prompt(include=((100, 150),), exclude=((300, 40),), box=(50, 70, 210, 230)))
    logits, scores, lie = network.decode(encoding, (400, 300), aim, Token())
    assert (logits.shape, scores.shape, lie.size) == ((4, 256, 256), (4,), (1024, 768))
    module = network.module
    batch = torch.from_numpy(pointnetwork.normalised(lie.picture(pixels), 1024))
    zoom = 2.56
    points = torch.tensor([[[100 * zoom - 0.5, 150 * zoom - 0.5], [300 * zoom - 0.5, 40 * zoom - 0.5]]])
    box = torch.tensor([[50 * zoom - 0.5, 70 * zoom - 0.5, 210 * zoom - 0.5, 230 * zoom - 0.5]])
    with torch.inference_mode():
        maps = module.image_encoder(batch)
        sparse, dense = module.prompt_encoder(points=(points, torch.tensor([[1, 0]])), boxes=box, masks=None)
        wanted, _ = module.mask_decoder(
            image_embeddings=maps, image_pe=module.prompt_encoder.get_dense_pe(), sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense, multimask_output=True,
        )  # fmt: skip
    np.testing.assert_allclose(logits[1:], wanted[0].numpy(), atol=1e-3 * float(wanted.abs().max()))
    token = Token(lambda share, _: token.cancel() if share > 0.4 else None)
    with pytest.raises(Cancelled):
        network.encode(pixels, token)
    assert "torch" in sys.modules
    WARM.drop("mobile_sam")


def test_weights_of_another_network_are_refused(folder, random_weights):
    folder.mkdir(parents=True)
    for name in ("sam_b", "sam2.1_t"):
        path = folder / f"{name}.pt"
        path.write_bytes(random_weights.read_bytes())
        trust.trust(path)
    with pytest.raises(ModelUnavailable, match=r"sam2\.1_t\.pt is not the SAM model that its name says"):
        opened(scene(80, 60)[0], "sam2.1_t")


@pytest.fixture(scope="module")
def second_edition(tmp_path_factory):
    """SAM 2.1 tiny with random weights, as its authors publish it: the tensors under "model"."""
    torch = pytest.importorskip("torch")
    from maskstudio.providers.local.networks import ultralytics_quiet

    ultralytics_quiet.ready()
    from ultralytics.models.sam import build

    torch.manual_seed(7)
    path = tmp_path_factory.mktemp("second") / "sam2.1_t.pt"
    torch.save({"model": build.build_sam2_t().state_dict()}, path)
    return path


def test_sam_2_says_what_ultralytics_own_predictor_says(second_edition):
    """The same prompts through Ultralytics' predictor, in a square photo, which both lay out alike: the same masks."""
    import torch
    from ultralytics.models.sam.predict import SAM2Predictor

    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[80:220, 60:200] = (200, 90, 40)
    trust.trust(second_edition)
    network = samnetwork.load(second_edition, "build_sam2_t")
    ours = network.encode(pixels, Token())
    predictor = SAM2Predictor(overrides={"imgsz": 1024, "device": "cpu", "verbose": False, "save": False})
    predictor.setup_model(network.module, verbose=False)
    predictor.imgsz, predictor._bb_feat_sizes = [1024, 1024], [[256, 256], [128, 128], [64, 64]]
    half = 0.5 * 400 / 1024  # px: its points are corners of pixels, ours lie in their middle
    with torch.inference_mode():
        features = predictor.get_im_features(predictor.preprocess([np.ascontiguousarray(pixels[..., ::-1])]))
    for prompt in (
        Prompt(include=((100.5, 150.5),)),
        Prompt(include=((100.5, 150.5), (70.5, 90.5)), exclude=((300.5, 40.5),)),
        Prompt(box=(50, 70, 210, 230)),
    ):
        logits, scores, _ = network.decode(ours, (400, 400), aim_of(prompt), Token())
        points = [[x - half, y - half] for x, y in (*prompt.include, *prompt.exclude)] or None
        signs = [1] * len(prompt.include) + [0] * len(prompt.exclude) or None
        box = None if prompt.box is None else [[each - half for each in prompt.box]]
        with torch.inference_mode():
            given = predictor._prepare_prompts((1024, 1024), (400, 400), box, [points] if points else None, [signs])
            wanted, overlaps = predictor._inference_features(features, *given, multimask_output=True)
        np.testing.assert_allclose(scores[1:], overlaps.numpy(), atol=1e-3)
        np.testing.assert_allclose(logits[1:], wanted.numpy(), atol=1e-3 * float(wanted.abs().max()))
        assert ((logits[1:] > 0) == (wanted.numpy() > 0)).mean() > 0.999
