"""What Segment Anything costs, with random weights: processor seconds to encode a photo, to find its encoding on disk,
and to decode a click; beside one pass of yolov8n-seg where its weights are at hand.

    python -m tests.bench.encoding_table [NAME of sam_files, by default mobile_sam and sam2.1_t]
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local import families
from maskstudio.providers.local.local import Local
from maskstudio.providers.local.networks import sam_files, ultralytics_quiet
from maskstudio.providers.weights import trust
from maskstudio.selection.prompt import Prompt

NAMES = ("mobile_sam", "sam2.1_t")
YOLO = "yolov8n-seg"


def spent(work):
    """Processor seconds of this process, and what ``work`` returns."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def photo(seed):
    """Two megapixels of coarse noise: a made photo that no cache knows."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)
    return Image(np.ascontiguousarray(coarse.repeat(100, axis=0).repeat(100, axis=1)))


def made(name, folder):
    """Write a weight file of the right shape, of random numbers, and trust it."""
    ultralytics_quiet.ready()
    import torch
    from ultralytics.models.sam import build

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.pt"
    torch.save(getattr(build, sam_files.BY_NAME[name].builder)().state_dict(), path)
    trust.trust(path)


def main(names):
    """Print one line for each network."""
    local = Local()
    if families.family_of(YOLO).state(YOLO).state == "ready":
        local.detect(photo(0), DetectParams(model=YOLO), Token())
        print(f"{YOLO}: {spent(lambda: local.detect(photo(1), DetectParams(model=YOLO), Token()))[0]:.3f} s")
    with tempfile.TemporaryDirectory() as home:
        os.environ["MASKSTUDIO_HOME"] = home
        for name in names:
            made(name, Path(home) / "models")
            local.open_selector(photo(0), name, Token())
            encode, selector = spent(lambda name=name: local.open_selector(photo(1), name, Token()))
            again, _ = spent(lambda name=name: local.open_selector(photo(1), name, Token()))
            inner = selector._selector
            inner._decoded(Prompt(include=((200, 300),)), Token())
            click, _ = spent(lambda inner=inner: inner._decoded(Prompt(include=((700, 500),)), Token()))
            costs = f"encode {encode:.3f} s, from disk {again:.3f} s, decode {click:.3f} s"
            print(f"{name}: {costs}, {encode / click:.0f} : 1")


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES)
