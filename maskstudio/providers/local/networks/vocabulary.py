"""What an open YOLO network (YOLOE, YOLO-World) is asked to find: words, and what they look like to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from maskstudio.core.arrays import Real
from maskstudio.providers.local.networks.word_files import CLIP, MOBILE


@dataclass(frozen=True, eq=False, slots=True)
class Vocabulary:
    """Words, and a direction of length 1 for each from the text encoder, float32 (N, C)."""

    words: tuple[str, ...]
    directions: Real


def encoder_of(module: Any) -> str:
    """What a network calls the text encoder whose words it understands; empty if its vocabulary is fixed."""
    kind, head = type(module).__name__, _head(module)
    if kind == "WorldModel":
        return CLIP
    if kind in ("YOLOEModel", "YOLOESegModel") and not head.is_fused and not hasattr(head, "lrpc"):
        return str(getattr(module, "text_model", MOBILE))
    return ""


def speechless(module: Any) -> bool:
    """Whether a network finds nothing sensible before it is told words: YOLOE as it is published knows none."""
    return type(module).__name__ != "WorldModel" and bool(encoder_of(module)) and not hasattr(module, "pe")


@contextmanager
def knowing(module: Any, vocabulary: Vocabulary | None) -> Iterator[None]:
    """The block in which a network looks for these words instead of those it knows; None changes nothing.

    For whoever has the network's lock.
    """
    if vocabulary is None:
        yield
        return
    import torch

    head = _head(module)
    directions = torch.from_numpy(vocabulary.directions)[None].to(next(module.parameters()).dtype)
    name = "txt_feats" if type(module).__name__ == "WorldModel" else "pe"
    before, count = getattr(module, name, None), head.nc
    setattr(module, name, directions if name == "txt_feats" else head.get_tpe(directions))
    head.nc = len(vocabulary.words)
    try:
        yield
    finally:
        head.nc = count
        if before is None:
            delattr(module, name)
        else:
            setattr(module, name, before)


def _head(module: Any) -> Any:
    return module.model[-1]
