"""Cut Out Subject against the truth: how good its masks are, and whether its confidence tells good from bad.

python -m tests.bench.subject_table [auto|none|MODEL] [longest side in px] [number of made shots]

Weights and thresholds were chosen on the photos and shots of even number ("seen" below); the others are the test. The
risk at a coverage is the mean of 1 - IoU of that share of the photos, most confident first.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Coverage, Double
from maskstudio.core.image import Image
from maskstudio.jobs import Token
from maskstudio.providers.local.subject import cut_out_subject
from tests.bench.subject_photos import Known, alike, photos, products


@dataclass(frozen=True)
class Row:
    """What came of one photo."""

    group: str
    name: str
    iou: float
    confidence: float
    sure: bool
    way: str
    tuned: bool


def iou(one: Coverage, other: Coverage) -> float:
    """The intersection of two masks over their union, both (H, W) in 0..1, from one half on."""
    first, second = one > 0.5, other > 0.5
    return float((first & second).sum() / max((first | second).sum(), 1))


def measured(known: Known, model: str, *, tuned: bool) -> Row:
    """The row of one photo."""
    found = cut_out_subject(Image(known.rgb.copy()), model, Token())
    score = iou(found.alpha, known.alpha)
    return Row(known.group, known.name, score, found.confidence, found.sure, found.way, tuned)


def risks(rows: Sequence[Row]) -> Double:
    """The risk at each coverage (n,), from the most confident photo to all."""
    ordered = sorted(rows, key=lambda row: -row.confidence)
    return np.cumsum([1 - row.iou for row in ordered]) / np.arange(1, len(ordered) + 1)


def summary(title: str, rows: Sequence[Row]) -> str:
    """One line on many photos."""
    if not rows:
        return f"{title:28} none"
    ordered = sorted(rows, key=lambda row: -row.confidence)
    half = ordered[: max(len(ordered) // 2, 1)]
    curve = risks(rows)
    sure = [row.iou for row in rows if row.sure]
    return (
        f"{title:28} n {len(rows):3}  IoU {np.mean([row.iou for row in rows]):.3f}"
        f"  area under risk-coverage {curve.mean():.3f} (at 50 % {curve[len(half) - 1]:.3f},"
        f" worst {min(row.iou for row in half):.2f})"
        f"  sure of {len(sure)}: IoU {np.mean(sure) if sure else 0:.3f}, worst {min(sure, default=0):.2f}"
    )


def main(model: str = "auto", side: str = "1024", made: str = "100") -> None:
    """Print the table."""
    real = [measured(known, model, tuned=not number % 2) for number, known in enumerate(photos(int(side)))]
    shots = [measured(known, model, tuned=not number % 2) for number, known in enumerate(products(int(made)))]
    like = [measured(known, model, tuned=not number % 2) for number, known in enumerate(alike(int(made) // 2))]
    for row in real + [shot for shot in shots + like if shot.iou < 0.85]:
        print(f"{row.group:13}{row.name:28} {row.iou:.3f}  {row.confidence:.2f}  {row.way}")
    for group in dict.fromkeys(row.group for row in real + shots + like):
        print(summary(group, [row for row in real + shots + like if row.group == group]))
    for title, rows in (("photos", real), ("made products", shots), ("like on like", like)):
        print(summary(f"all {title}", rows))
        print(summary(f"  {title}, seen", [row for row in rows if row.tuned]))
        print(summary(f"  {title}, not seen", [row for row in rows if not row.tuned]))


if __name__ == "__main__":
    main(*sys.argv[1:])
