"""Text encoders: phrases as directions in the space that an open YOLO network compares what it sees with.

Ultralytics' own loader of them is not used, as it installs and downloads what it misses. The files are TorchScript
archives: data and a program for torch, which could write files, so that they are loaded only if they are trusted.
"""

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from maskstudio.core.arrays import Real
from maskstudio.errors import ModelUnavailable
from maskstudio.providers.local.networks.clipwords import numbers
from maskstudio.providers.weights import trust

log = logging.getLogger(__name__)

_HEAD = 64  # channels of one head of attention in CLIP
_BLOCK = "transformer.resblocks"


@dataclass(eq=False)
class WordEncoder:
    """A loaded encoder: a module that is called, or the tensors of CLIP's text half. It remembers what it was asked."""

    inside: Any
    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    _known: dict[str, Real] = field(default_factory=dict)

    def directions(self, phrases: Sequence[str]) -> Real:
        """A direction of length 1 for each phrase, float32 (N, C). Raises ``ModelUnavailable`` if it does not run."""
        with self.lock:
            new = [phrase for phrase in dict.fromkeys(phrases) if phrase not in self._known]
            if new:
                self._known.update(zip(new, self._encoded(new), strict=True))
            return np.stack([self._known[phrase] for phrase in phrases])

    def _encoded(self, phrases: Sequence[str]) -> Real:
        """What the encoder says of phrases that it was not asked before, each of length 1, (N, C)."""
        import torch

        given = torch.from_numpy(numbers(phrases))
        try:
            with torch.inference_mode():
                found = _clip(self.inside, given) if isinstance(self.inside, dict) else self.inside(given.int())
                found = torch.nn.functional.normalize(found.float(), dim=-1)
            made: Real = found.reshape(len(phrases), -1).numpy().copy()
        except Exception as error:  # whatever torch raises for an archive that holds something else
            log.info("%s did not run", self.name, exc_info=True)
            raise ModelUnavailable(f"{self.name} is not the text encoder that its name says.") from error
        return made


def load(path: Path, known: Collection[str] = ()) -> WordEncoder:
    """The encoder in a file; the bytes checked are those loaded.

    ``known`` are the sha256 sums of files that may be loaded without asking. Raises ``Untrusted`` or
    ``ModelUnavailable``.
    """
    with trust.checked_copy(path, known) as copy:
        import torch

        try:
            module = torch.jit.load(str(copy), map_location="cpu").eval()
        except Exception as error:  # damaged files fail in torch or zipfile
            log.info("%s did not load", path, exc_info=True)
            raise ModelUnavailable(f"{path.name} is not a text encoder: it is damaged, or of another kind.") from error
    if path.suffix == ".ts":
        return WordEncoder(module, path.name)
    tensors = {name: value.float() for name, value in module.state_dict().items() if not name.startswith("visual.")}
    return WordEncoder(tensors, path.name)


def _clip(tensors: Mapping[str, Any], given: Any) -> Any:
    """What the text half of CLIP makes of numbers (N, 77): (N, C); Radford et al., 2021, section 2.4."""
    from torch.nn import functional

    def normed(values: Any, part: str) -> Any:
        weight, bias = tensors[f"{part}.weight"], tensors[f"{part}.bias"]
        return functional.layer_norm(values, weight.shape, weight, bias)

    def linear(values: Any, part: str) -> Any:
        return functional.linear(values, tensors[f"{part}.weight"], tensors[f"{part}.bias"])

    values = tensors["token_embedding.weight"][given] + tensors["positional_embedding"]
    count, length, wide = values.shape
    for layer in range(len([name for name in tensors if name.startswith(_BLOCK) and name.endswith("ln_1.weight")])):
        part = f"{_BLOCK}.{layer}"
        inner = normed(values, f"{part}.ln_1")
        joint = functional.linear(inner, tensors[f"{part}.attn.in_proj_weight"], tensors[f"{part}.attn.in_proj_bias"])
        heads = joint.reshape(count, length, 3, wide // _HEAD, _HEAD).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], is_causal=True)
        values = values + linear(seen.transpose(1, 2).reshape(count, length, wide), f"{part}.attn.out_proj")
        inner = linear(normed(values, f"{part}.ln_2"), f"{part}.mlp.c_fc")
        values = values + linear(inner * (1.702 * inner).sigmoid(), f"{part}.mlp.c_proj")
    last = normed(values, "ln_final")[range(count), given.argmax(-1)]  # the end has the largest number
    return last @ tensors["text_projection"]
