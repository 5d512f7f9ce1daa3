"""One picture's brightness in terms of another's, from what both show. Knows nothing of where things are."""

import numpy as np

from maskstudio.core.arrays import Double, Real

# Colours in 0..1 that still fit, pairs tried, samples looked at, and how different two of a pair have to be.
_FITS, _TRIES, _SAMPLES, _APART = 0.02, 300, 6000, 0.12
# Colours that vary by less tell no gain.
_VARIED = 0.04
# What a change of light between two shots can do.
_GAIN = (0.5, 2.0)
_ROUNDS = 6


def line(of: Real, to: Real, *, offset: bool) -> tuple[Real, Real]:
    """Gain and offset (3,) each that turn most colours ``of`` (n, 3) one picture into ``to`` those of the other.

    Where nothing tells them they are 1 and 0. Up to half of the pairs and more may show different things: Fischler
    and Bolles, "Random sample consensus", CACM 1981, then least squares over what fits.
    """
    gain, shift = np.ones(3, np.float32), np.zeros(3, np.float32)
    step = max(1, len(of) // _SAMPLES)
    x, y = of[::step].astype(np.float64), to[::step].astype(np.float64)
    if len(x) < 20:
        return gain, shift
    random = np.random.default_rng(1)
    for channel in range(3):
        gain[channel], shift[channel] = _channel(x[:, channel], y[:, channel], random, offset)
    return gain, shift


def _channel(x: Double, y: Double, random: np.random.Generator, offset: bool) -> tuple[float, float]:
    """Gain and offset of one channel, ``x`` and ``y`` (n,) in 0..1; 1 and 0 where too little is told."""
    usable = (x < 0.98) & (y < 0.98) & (x > 0.01) & (y > 0.01)
    if usable.sum() < 20:
        return 1.0, 0.0
    x, y = x[usable], y[usable]
    if x.std() < _VARIED:  # one colour fits any gain
        return 1.0, float(np.median(y - x)) if offset else 0.0
    gains, shifts = _guesses(x, y, random, offset)
    fitting = np.array(
        [(np.abs(y - gain * x - shift) < _FITS).sum() for gain, shift in zip(gains, shifts, strict=True)]
    )
    gain, shift = float(gains[fitting.argmax()]), float(shifts[fitting.argmax()])
    for _ in range(_ROUNDS):
        held = np.abs(y - gain * x - shift) < _FITS
        gain, shift = _least_squares(x[held], y[held], offset, (gain, shift))
    return gain, shift


def _guesses(x: Double, y: Double, random: np.random.Generator, offset: bool) -> tuple[Double, Double]:
    """Gains and offsets worth trying; no change is the first of them."""
    one, other = (random.integers(0, len(x), _TRIES) for _ in range(2))
    if offset:
        apart = x[one] - x[other]
        told = np.abs(apart) > _APART
        gains = (y[one] - y[other])[told] / apart[told]
        shifts = y[one][told] - gains * x[one][told]
    else:
        told = x[one] > _APART
        gains = y[one][told] / x[one][told]
        shifts = np.zeros_like(gains)
    sane = (gains > _GAIN[0]) & (gains < _GAIN[1])
    return np.concatenate([[1.0], gains[sane]]), np.concatenate([[0.0], shifts[sane]])


def _least_squares(x: Double, y: Double, offset: bool, before: tuple[float, float]) -> tuple[float, float]:
    if len(x) < 20:
        return before
    if not offset:
        return float((x * y).sum() / max((x * x).sum(), 1e-9)), 0.0
    if x.std() < _APART / 4:
        return before[0], float((y - before[0] * x).mean())
    gain = float(((x - x.mean()) * (y - y.mean())).mean() / x.var())
    gain = min(max(gain, _GAIN[0]), _GAIN[1])
    return gain, float(y.mean() - gain * x.mean())
