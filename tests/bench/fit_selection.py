"""Fits the numbers that judge what was pointed at: clicks are simulated on photos with a known truth.

python -m tests.bench.fit_selection FOLDER [--model yolo11n-seg]

Writes whole.npz and closer.npz (with a model deepwhole.npz and deepcloser.npz) into FOLDER. Every second photo of each
set of ``tests.bench.clicks`` is used, and all of some others; the other half stays unseen, for the figures. Takes some
three minutes of one core, and needs torch.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Flags, Pixels8, Real
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.selection.closer import Describe, View, view
from maskstudio.selection.clues import Pointed
from maskstudio.selection.judge import Jury, Weighing, probability
from maskstudio.selection.pointing import Pointing, Verdict, pointed_at
from maskstudio.selection.signs import Sign
from tests.bench.clicks import SHARED, Posed, halves, next_click, sets

_SIDE = 800  # px of the longer side of the photos
_HIDDEN, _EPOCHS, _DECAY, _RATE, _BATCH = 32, 12, 1e-2, 1e-2, 4096
_LOST, _NOISE = 0.1, 0.1  # of the clues, so that none is relied on alone
_STAGES, _EACH = 3, 400  # superpixels of each look that are learned from
_NOBODY = Jury(())


@dataclass(frozen=True, eq=False)
class Lesson:
    """One look at a photo after some clicks: its clues (N, C), and how much of each superpixel is truth (N,)."""

    view: View
    clues: Real
    truth: Real
    share: float  # of the look that the truth covers


@dataclass(frozen=True, eq=False)
class Pupil:
    """A photo that is pointed at, and the truth (H, W)."""

    pointing: Pointing
    truth: Flags


def more(data: Path) -> Iterator[Posed]:
    """Photos beside those of the bench: what other programs cut out, animals and portraits."""

    def read(path: Path, flags: int) -> Pixels8:
        return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flags)

    for alpha in sorted((data / "photos" / "rembg" / "examples").glob("*.out.png")):
        photo = alpha.with_name(alpha.name.replace(".out.png", ".jpg"))
        yield Posed(
            photo.stem, read(photo, cv2.IMREAD_COLOR)[..., ::-1], read(alpha, cv2.IMREAD_UNCHANGED)[..., 3] > 127
        )
    for kind in ("am2k_animals", "p3m_portraits"):
        for alpha in sorted((data / "matting" / kind).glob("alpha*/*")):
            (photo,) = (data / "matting" / kind / "image").glob(f"{alpha.stem}.*")
            yield Posed(alpha.stem, read(photo, cv2.IMREAD_COLOR)[..., ::-1], read(alpha, cv2.IMREAD_GRAYSCALE) > 127)


def reduced(posed: Posed) -> Posed:
    """The same at the size that is learned from."""
    height, width = posed.truth.shape
    zoom = min(_SIDE / max(height, width), 1.0)
    size = round(width * zoom), round(height * zoom)
    photo = cv2.resize(np.ascontiguousarray(posed.photo), size, interpolation=cv2.INTER_AREA)
    truth = cv2.resize(posed.truth.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    return Posed(posed.name, photo, truth)


def lesson(pupil: Pupil, where: View, pointed: Pointed) -> Lesson:
    """What is to be known of a look."""
    part = pupil.truth[where.rect.slices()].astype(np.float32)
    labels = where.terrain.regions.labels
    how = cv2.INTER_AREA if part.shape[1] > labels.shape[1] else cv2.INTER_LINEAR
    truth = where.terrain.regions.mean(cv2.resize(part, labels.shape[::-1], interpolation=how))
    return Lesson(where, where.terrain.clues(pointed), truth, float(part.mean()))


def some(truth: Flags, rng: np.random.Generator, count: int, added: bool) -> list[Sign]:
    """Clicks on pixels of a plane (H, W)."""
    rows, columns = np.nonzero(truth)
    chosen = rng.integers(len(rows), size=count if len(rows) else 0)
    return [Sign(((float(columns[each]), float(rows[each])),), added) for each in chosen]


def first_lessons(pupil: Pupil, rng: np.random.Generator) -> Iterator[Lesson]:
    """The whole photo after the bench's first click, and after clicks anywhere inside and outside."""
    whole = pupil.pointing.whole
    ways = [_session(pupil, 1)[0][0]]
    for number in range(5):
        inside = some(pupil.truth, rng, int(rng.integers(1, 4)), True)
        outside = some(~pupil.truth, rng, int(rng.integers(0, 3)) if number > 1 else 0, False)
        rest = [*inside[1:], *outside]
        ways.append((inside[0], *(rest[each] for each in rng.permutation(len(rest)))))
    for signs in ways:
        yield lesson(pupil, whole, pointed_at(whole, signs, None, None, None))


def _session(pupil: Pupil, count: int) -> list[tuple[tuple[Sign, ...], Verdict | None]]:
    """The clicks of the bench, each time all so far and the answer before."""
    signs: tuple[Sign, ...] = ()
    verdict, inside, found = None, np.zeros_like(pupil.truth), []
    for number in range(count):
        click = next_click(inside, pupil.truth)
        if click is None:
            break
        signs = (*signs, Sign((click[0],), click[1]))
        found.append((signs, verdict))
        if number + 1 < count:
            verdict = pupil.pointing.step(signs, None, verdict)
            rect, plane = verdict.view.rect, verdict.plane.astype(np.float32)
            inside = np.zeros_like(pupil.truth)
            inside[rect.slices()] = cv2.resize(plane, (rect.width, rect.height), interpolation=cv2.INTER_LINEAR) > 0.5
    return found


def _near(pupil: Pupil, rng: np.random.Generator) -> Rect:
    """A part of the photo around the truth, with more or less of what surrounds it."""
    rows, columns = np.flatnonzero(pupil.truth.any(axis=1)), np.flatnonzero(pupil.truth.any(axis=0))
    share = rng.uniform(0.05, 0.7)
    left, right = columns[[0, -1]] + share * np.ptp(columns) * rng.uniform(0.3, 1, 2) * (-1, 1)
    top, bottom = rows[[0, -1]] + share * np.ptp(rows) * rng.uniform(0.3, 1, 2) * (-1, 1)
    return Rect(int(left), int(top), int(right - left) + 1, int(bottom - top) + 1).intersect(pupil.pointing.frame)


class Fitting:
    """Learns the stages one after the other, each from what the one before makes of the lessons."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def jury(self, lessons: list[Lesson]) -> Jury:
        """The jury that fits ``lessons`` best."""
        stages: tuple[Weighing, ...] = ()
        clues = [each.clues for each in lessons]
        for number in range(_STAGES):
            chosen = [self._rng.choice(len(each), min(_EACH, len(each)), replace=False) for each in clues]
            rows = np.concatenate([each[some_] for each, some_ in zip(clues, chosen, strict=True)])
            truth = np.concatenate([each.truth[some_] for each, some_ in zip(lessons, chosen, strict=True)])
            weight = np.concatenate([_weight(each)[some_] for each, some_ in zip(lessons, chosen, strict=True)])
            stage, loss = fitted(rows, truth, weight, number)
            print(f"stage {number}: {rows.shape[0]} superpixels, {rows.shape[1]} clues, loss {loss:.4f}", flush=True)
            stages = (*stages, stage)
            clues = [
                each.view.terrain.afterthoughts(each.clues, probability(stage.logit(seen)))
                for each, seen in zip(lessons, clues, strict=True)
            ]
        return Jury(stages)


def _weight(lesson: Lesson) -> Real:
    """What an error at each superpixel costs (N,): its size, and more where the truth is small."""
    size = lesson.view.terrain.regions.size
    return (size / 36 / max(lesson.share, 0.05) ** 0.7 * min(len(size), 3000) / 3000).astype(np.float32)


def fitted(rows: Real, truth: Real, weight: Real, seed: int) -> tuple[Weighing, float]:
    """One network for clues (N, C), shares of truth (N,) and weights (N,), and its loss."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 0.05
    model = torch.nn.Sequential(
        torch.nn.Linear(rows.shape[1], _HIDDEN), torch.nn.Tanh(), torch.nn.Linear(_HIDDEN, 1)
    )  # fmt: skip
    given, wanted, weights = torch.tensor((rows - middle) / spread), torch.tensor(truth), torch.tensor(weight)
    steps = -(-len(rows) // _BATCH)
    descent = torch.optim.AdamW(model.parameters(), weight_decay=_DECAY)
    plan = torch.optim.lr_scheduler.OneCycleLR(descent, _RATE, total_steps=_EPOCHS * steps)
    total = 0.0
    for _ in range(_EPOCHS):
        total = 0.0
        for part in torch.randperm(len(rows)).split(_BATCH):
            kept = (torch.rand(len(part), rows.shape[1]) > _LOST).float()
            blurred = given[part] * kept + _NOISE * torch.randn(len(part), rows.shape[1])
            each = torch.nn.functional.binary_cross_entropy_with_logits(
                model(blurred)[:, 0], wanted[part], reduction="none"
            )
            loss = (each * weights[part]).mean()
            descent.zero_grad()
            loss.backward()
            descent.step()
            plan.step()
            total += float(loss) * len(part) / len(rows)
    first, bias, last, shift = (each.detach().numpy() for each in model.parameters())
    return Weighing(middle, spread, first.T.copy(), bias, np.concatenate([last[0], shift])), total


def fit(pupils: list[Pupil], describe: Describe | None, rng: np.random.Generator) -> tuple[Jury, Jury]:
    """The juries for the whole photo and for a closer look: they learn from made clicks, then from their mistakes."""
    fitting = Fitting(rng)
    start = [each for pupil in pupils for each in first_lessons(pupil, rng)]
    whole = fitting.jury(start)
    lessons = list(start)
    for pupil in pupils:
        pupil.pointing.judged_by(whole, None)
        lessons += [_at_whole(pupil, *each) for each in _session(pupil, 7)]
    whole, near = fitting.jury(lessons), []
    for pupil in pupils:
        pupil.pointing.judged_by(whole, None)
        clicks = _session(pupil, 5)
        for rect in (_near(pupil, rng) for _ in range(2 if pupil.truth.mean() < 0.5 else 0)):
            if rect.area <= 0.75 * pupil.pointing.frame.area:
                at = view(pupil.pointing.photo, rect, closer=True, describe=describe)
                near += [_closer(pupil, at, *each) for each in clicks]
    closer, lessons = fitting.jury(near), list(start)
    for pupil in pupils:
        pupil.pointing.judged_by(whole, closer)
        for each in _session(pupil, 8):
            lessons.append(_at_whole(pupil, *each))
            at = pupil.pointing.step(each[0], None, each[1]).view
            near += [_closer(pupil, at, *each)] if at.closer else []
    return fitting.jury(lessons), fitting.jury(near)


def _at_whole(pupil: Pupil, signs: tuple[Sign, ...], before: Verdict | None) -> Lesson:
    whole = pupil.pointing.whole
    return lesson(pupil, whole, pointed_at(whole, signs, None, before, None))


def _closer(pupil: Pupil, at: View, signs: tuple[Sign, ...], before: Verdict | None) -> Lesson:
    hint = pupil.pointing.look(pupil.pointing.whole, signs, None, before, None)
    return lesson(pupil, at, pointed_at(at, signs, None, before, hint))


def described(model: str) -> Describe:
    """What a YOLO model sees in a picture."""
    from maskstudio.providers.local import yolo
    from maskstudio.providers.local.networks import network
    from maskstudio.providers.local.networks.featuremaps import feature_maps

    path = SHARED.parent / "models" / f"{model}.pt"
    loaded = network.get(path, frozenset(digest for entry in yolo.Yolo.weights.values() for digest in entry.digests))
    return lambda rgb: feature_maps(loaded, rgb)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model")
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    describe = described(given.model) if given.model else None
    posed = [*more(SHARED), *(each for every in sets(SHARED).values() for each in halves(every, "even"))]
    small = [reduced(each) for each in posed]
    pupils = [Pupil(Pointing(each.photo, _NOBODY, None, describe), each.truth) for each in small]
    for kind, jury in zip(("whole", "closer"), fit(pupils, describe, rng), strict=True):
        numbers = {
            f"{name}{number}": np.asarray(getattr(stage, name), np.float32)
            for number, stage in enumerate(jury.stages)
            for name in ("middle", "spread", "first", "bias", "last")
        }
        np.savez(given.folder / f"{'deep' if describe else ''}{kind}.npz", **numbers)


if __name__ == "__main__":
    main()
