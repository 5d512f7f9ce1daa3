"""Segment Anything (SAM, MobileSAM, SAM 2) from Ultralytics' .pt files, which hold nothing but tensors.

Only the modules are Ultralytics'; its predictor (sources, callbacks, downloads) is not used.
"""

import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from maskstudio.core.arrays import Pixels8, Real
from maskstudio.errors import Cancelled, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local.networks import ultralytics_quiet
from maskstudio.providers.local.networks.pointnetwork import FIRST_CORNER, Aim, Lie, normalised
from maskstudio.providers.weights import trust

log = logging.getLogger(__name__)

_SIDE = 1024  # px of the square that all of them look at
_EMBEDDING = {"image_embed": (1, 256, 64, 64)}
_FINER = {"high_res_0": (1, 32, 256, 256), "high_res_1": (1, 64, 128, 128)}  # of SAM 2 only
# Parts of SAM 2 that only follow things through a film: files of its two editions differ in them
_OF_FILMS = ("memory_", "maskmem_", "no_mem_pos_enc", "no_obj_", "obj_ptr_", "mask_downsample")


@dataclass(eq=False)
class SamNetwork:
    """A loaded network; ``finer`` tells that it is SAM 2, whose decoder also sees finer maps.

    One thread at a time encodes; a prompt is decoded meanwhile, so that clicks need not wait for photos encoded ahead.
    """

    module: Any
    name: str
    finer: bool
    lock: threading.Lock = field(default_factory=threading.Lock)

    def encode(self, rgb: Pixels8, token: Token) -> Mapping[str, Real]:
        """What it makes of a photo (H, W, 3), see ``PointNetwork``. Stops between two layers if cancelled."""
        import torch

        token.check()
        lie = self._lie((rgb.shape[1], rgb.shape[0]))
        batch = torch.from_numpy(normalised(lie.picture(rgb), _SIDE))
        with self.lock, torch.inference_mode(), _listening(self.module.image_encoder, token):
            try:
                maps = self._maps(batch)
            except Cancelled:
                raise
            except Exception as error:  # memory, or whatever torch raises
                log.info("%s did not run", self.name, exc_info=True)
                raise ModelUnavailable(f"{self.name} could not be run on this photo.") from error
            return {name: each.float().contiguous().numpy().copy() for name, each in maps.items()}

    def fits(self, encoding: Mapping[str, Real]) -> bool:
        """Whether arrays, by name, each (1, c, h, w), are an encoding of its own, see ``PointNetwork``."""
        return {name: each.shape for name, each in encoding.items()} == _EMBEDDING | (_FINER if self.finer else {})

    def decode(
        self, encoding: Mapping[str, Real], photo: tuple[int, int], aim: Aim, token: Token
    ) -> tuple[Real, Real, Lie]:
        """Masks for a prompt, (4, h, w), see ``PointNetwork``; the first of them for a clear prompt."""
        import torch

        token.check()
        lie = self._lie(photo)
        maps = {name: torch.from_numpy(np.array(each)) for name, each in encoding.items()}
        points = torch.from_numpy(lie.places(aim))
        labels = torch.from_numpy(aim.labels.astype(np.int32))
        corners = labels >= FIRST_CORNER
        prompt: dict[str, Any] = {"points": (points[None], labels[None]), "boxes": None, "masks": None}
        if not self.finer and bool(corners.any()):  # SAM 2 has corners among its points, the first edition beside them
            prompt["boxes"] = points[corners].reshape(1, 4)
            prompt["points"] = None if bool(corners.all()) else (points[~corners][None], labels[~corners][None])
        with torch.inference_mode():
            logits, scores = self._answer(maps, prompt)
        return logits[0].float().numpy().copy(), scores[0].float().numpy().copy(), lie

    def _lie(self, photo: tuple[int, int]) -> Lie:
        return Lie(photo, _SIDE, squashed=self.finer)  # as each was trained

    def _maps(self, batch: Any) -> dict[str, Any]:
        """The maps of a batch (1, 3, side, side)."""
        if not self.finer:
            return {"image_embed": self.module.image_encoder(batch)}
        seen = self.module.forward_image(batch)["backbone_fpn"]
        coarse = seen[2]
        if self.module.directly_add_no_mem_embed:
            coarse = coarse + self.module.no_mem_embed.reshape(1, -1, 1, 1)
        return {"image_embed": coarse, "high_res_0": seen[0], "high_res_1": seen[1]}

    def _answer(self, maps: Mapping[str, Any], prompt: Mapping[str, Any]) -> tuple[Any, Any]:
        """Logits (1, 4, 256, 256) and scores (1, 4)."""
        asked = self.module.sam_prompt_encoder if self.finer else self.module.prompt_encoder
        decoder = self.module.sam_mask_decoder if self.finer else self.module.mask_decoder
        sparse, dense = asked(**prompt)
        words = {
            "image_embeddings": maps["image_embed"],
            "image_pe": asked.get_dense_pe(),
            "sparse_prompt_embeddings": sparse,
            "dense_prompt_embeddings": dense,
        }
        if self.finer:
            words |= {"repeat_image": False, "high_res_features": [maps["high_res_0"], maps["high_res_1"]]}
        logits, scores = decoder.predict_masks(**words)[:2]
        return logits, scores


def load(path: Path, builder: str, known: Collection[str] = ()) -> SamNetwork:
    """The network in a file, whose kind is the function ``builder`` of Ultralytics; the bytes checked are those loaded.

    ``known`` are the sha256 sums of files that may be loaded without asking. Raises ``Untrusted`` or
    ``ModelUnavailable``.
    """
    with trust.checked_copy(path, known) as copy:
        ultralytics_quiet.ready()
        import torch

        try:
            tensors = torch.load(copy, map_location="cpu", weights_only=True)
            module = _built(builder, tensors)
        except Exception as error:  # damaged files fail in torch, zipfile or pickle
            log.info("%s did not load", path, exc_info=True)
            raise ModelUnavailable(
                f"{path.name} is not the SAM model that its name says: it is damaged, incomplete or of another kind."
            ) from error
    return SamNetwork(module, path.name, hasattr(module, "sam_mask_decoder"))


def _built(builder: str, tensors: Any) -> Any:
    """The module with these tensors, or with those under "model" among them. Raises ValueError if some are missing."""
    from ultralytics.models.sam import build

    inner = tensors.get("model")
    module = getattr(build, builder)()
    lost = module.load_state_dict(inner if isinstance(inner, dict) else tensors, strict=False)
    strange = [name for name in (*lost.missing_keys, *lost.unexpected_keys) if not name.startswith(_OF_FILMS)]
    if strange:
        raise ValueError(f"{len(strange)} tensors are missing or of another kind, the first is {strange[0]}")
    return module.eval().requires_grad_(requires_grad=False)


@contextmanager
def _listening(encoder: Any, token: Token) -> Iterator[None]:
    """Report progress, and stop, before each layer of the encoder."""
    layers = list(encoder.modules())
    passed = iter(range(1, len(layers) * 4))

    def listen(*_: object) -> None:
        token.step(min(next(passed, len(layers)) / len(layers), 0.99), "Encoding the photo")

    handles = [layer.register_forward_pre_hook(listen) for layer in layers]
    try:
        yield
    finally:
        for each in handles:
            each.remove()
