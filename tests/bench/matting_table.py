"""Every shared photo with a true alpha: our errors beside those of pymatting's closed form and shared matting.

python -m tests.bench.matting_table [trimap|trimap2] [fast|balanced|best]
"""

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import numpy as np
import numpy.typing as npt

from maskstudio.matting.refine import Quality, solve_alpha
from tests.matting.truth import NAMES, Triple, closed_form, errors

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
# Squared errors in thousandths, the sums in thousands.
SCALE = np.array([1e3, 1e-3, 1e-3, 1e-3])


def triples(data: Path, kind: str) -> Iterator[tuple[str, Triple]]:
    """The photos of alphamatting.com, and with the narrow trimaps a composite besides."""
    for name in NAMES:
        yield name, Triple.read(data, name, kind)
    if kind == "trimap":
        yield "made05", Triple.made(data)


def measured(triple: Triple, quality: Quality = "balanced") -> npt.NDArray[np.float64]:
    """Errors (3, 4) of ours, closed form and shared matting: squared, absolute, gradient, connectivity."""
    from pymatting import estimate_alpha_sm

    with contextlib.redirect_stdout(io.StringIO()):
        peer = closed_form(triple)
    own = solve_alpha(triple.image, triple.trimap, quality=quality)
    shared = estimate_alpha_sm(triple.image / 255, triple.trimap / 255)
    return np.array([astuple(errors(alpha, triple)) for alpha in (own, peer, shared)])


def line(name: str, rows: npt.NDArray[np.float64]) -> str:
    """One row of the table."""
    cells = " | ".join(
        " ".join(f"{value:7.2f}" for value in rows[:, column] * scale) for column, scale in enumerate(SCALE)
    )
    return f"{name:7} | {cells} | {rows[0, 0] / rows[1, 0]:5.2f}"


def main(kind: str = "trimap", quality: Quality = "balanced") -> None:
    """Print the table."""
    heads = " | ".join(f"{head:^23}" for head in ("MSE e-3", "SAD e3", "gradient e3", "connectivity e3"))
    print(f"{kind}, {quality}; in each column ours, closed form, shared matting; last MSE over closed form's")
    print(f"        | {heads} |")
    every = []
    for name, triple in triples(SHARED, kind):
        every.append(measured(triple, quality))
        print(line(name, every[-1]), flush=True)
    mean = np.mean(every, axis=0)
    print(line("mean", mean))
    for peer, row in (("closed form", 1), ("shared matting", 2)):
        print(f"over {peer}: " + ", ".join(f"{ratio:.3f}" for ratio in mean[0] / mean[row]))


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
