"""How a cut-out network in an .onnx file does: against a plain run of onnxruntime, against the truth, and in memory.

    python -m tests.bench.cutout_table [--model NAME] [--keep FOLDER] [--groups alphamatting,people] [--no-table]

Prints a row for each shared photo of which the subject is known: the greatest difference between our mask and that of
a plain run, in levels of 255; the overlap (IoU at one half) of both with the truth; CPU seconds of both. Then the peak
of memory of both in a process of its own, and of the whole command with alpha matting. The weights are looked for in
MASKSTUDIO_MODELS, or in the shared folder. Alphas of animals and portraits are other models' answers.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams
from tests.bench.subject_photos import SHARED, photos

MODEL = "isnet_general_fp16"
PHOTO = SHARED / "photos" / "rembg" / "examples" / "car-1.jpg"
_SPAWN = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
_SPAWN += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def plain_session(path: Path):
    """The network as anyone would load it."""
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def plain(session, rgb):
    """The mask (H, W) of a plain run, 0..255 as float: ISNet's own preparation, written again here."""
    height, width = rgb.shape[:2]
    smaller = height > 1024 and width > 1024
    square = cv2.resize(rgb, (1024, 1024), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    batch = ((square.astype(np.float32) - 128) / 256).transpose(2, 0, 1)[None]
    answers = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch)})
    return cv2.resize(answers[0][0, 0], (width, height), interpolation=cv2.INTER_LINEAR) * 255


def overlap(one, other):
    """Intersection over union of two planes at one half."""
    both, either = np.logical_and(one, other).sum(), np.logical_or(one, other).sum()
    return both / either if either else 1.0


def table(model: str, keep: Path | None, groups: set[str]) -> None:
    """Print the rows, and means and medians for each group, even and odd photos apart."""
    from maskstudio.providers.local.local import Local
    from maskstudio.providers.weights import store

    local, session, rows = Local(), plain_session(store.files()[model]), defaultdict(list)
    print(f"{'photo':<34}{'levels':>7}{'ours':>7}{'plain':>7}{'score':>7}{'CPU s':>8}{'plain':>7}")
    for known in photos():
        if groups and known.group not in groups:
            continue
        began = time.process_time()
        found = local.cutout(Image(known.rgb), CutoutParams(model=model), Token())
        middle = time.process_time()
        theirs = plain(session, known.rgb)
        ended = time.process_time()
        mask, truth = found.mask.array(), known.alpha > 0.5
        row = (
            float(np.abs(mask - theirs).max()), overlap(mask > 127, truth), overlap(theirs > 127.5, truth),
            found.score, middle - began, ended - middle,
        )  # fmt: skip
        rows[known.group].append(row)
        name = f"{known.group}/{known.name}"
        print(
            f"{name:<34}{row[0]:>7.2f}{row[1]:>7.3f}{row[2]:>7.3f}{row[3]:>7.3f}{row[4]:>8.1f}{row[5]:>7.1f}",
            flush=True,
        )
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            cv2.imencode(".png", mask)[1].tofile(keep / f"{known.group}-{known.name}.png")
    for group, found in rows.items():
        every = np.array(found)
        halves = " / ".join(f"{np.mean(part[:, 1]):.3f}" for part in (every[::2], every[1::2]) if len(part))
        print(
            f"{group}: {len(every)} photos, at most {every[:, 0].max():.2f} levels from a plain run, IoU mean "
            f"{every[:, 1].mean():.3f} (even / odd {halves}), median {np.median(every[:, 1]):.3f}, least "
            f"{every[:, 1].min():.3f}, CPU {every[:, 4].mean():.1f} s, plain {every[:, 5].mean():.1f} s"
        )


def peak(*words: str) -> float:
    """The peak of memory of a command in a process of its own, in GB."""
    said = subprocess.run([sys.executable, "-c", _SPAWN, *words], check=True, capture_output=True, text=True)
    return int(said.stdout) * 1024 / 1e9


def peaks(model: str) -> None:
    """Print the peaks of memory: a plain run, ours, and the whole command."""
    code = "import sys; from tests.bench import cutout_table; cutout_table.once(*sys.argv[1:])"
    for way in ("plain", "ours"):
        print(f"peak of memory, {way}: {peak(sys.executable, '-c', code, way, model):.2f} GB")
    target = str(Path(os.environ.get("TMPDIR", "/tmp")) / f"cutout_table_{os.getpid()}.png")
    command = [sys.executable, "-m", "maskstudio", "cutout", str(PHOTO), "-o", target, "--model", model]
    try:
        print(f"peak of memory, the command with alpha matting: {peak(*command):.2f} GB")
    finally:
        Path(target).unlink(missing_ok=True)


def once(way: str, model: str) -> None:
    """One photo, in this process."""
    from maskstudio.providers.local.local import Local
    from maskstudio.providers.weights import store

    rgb = np.ascontiguousarray(cv2.imdecode(np.fromfile(PHOTO, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
    if way == "plain":
        plain(plain_session(store.files()[model]), rgb)
    else:
        Local().cutout(Image(rgb), CutoutParams(model=model), Token())


def main() -> None:
    """Read the options and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--model", default=MODEL)
    wanted.add_argument("--keep", type=Path)
    wanted.add_argument("--groups", default="")
    wanted.add_argument("--no-table", action="store_true")
    options = wanted.parse_args()
    os.environ.setdefault("MASKSTUDIO_MODELS", str(SHARED.parent / "models"))
    peaks(options.model)
    if not options.no_table:
        table(options.model, options.keep, set(filter(None, options.groups.split(","))))


if __name__ == "__main__":
    main()
