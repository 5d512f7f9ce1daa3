"""Finds the part of a mask that is wrong around a touch, in a picture of working size.

What is sure is said by the touch, by what lies on the side that the touch names, and by what lies far from it. Between
them a cut runs where colours change and where the photo has edges. The depth of the touch, which is its distance from
the side it names, tells how large the part may be: a touch near the middle of a hole, of a bitten-off chunk or of a
strip along the edge is as deep as the part is wide around it.
"""

from dataclasses import dataclass

import numpy as np

from maskstudio.core.arrays import Bytes, Distances, Flags, Real
from maskstudio.core.connected import joined
from maskstudio.core.cv import cv2
from maskstudio.selection.gridcut import cut
from maskstudio.selection.localcolours import looks
from maskstudio.selection.odds import odds

# Lengths count in depths of the touch.
_CORE = 0.15  # around the touch, what certainly goes with it
_OWN = 0.5  # around the touch, colours that speak for the side it names
_APART = 1.5  # from the touch, where colours begin to speak for the other side
_LOCAL = 6.0  # over which colours count less
_DISTANT = 0.15  # what they count at least
_DEEP, _DEEPEST = 1.6, 3.0  # in from the named side: where a part becomes unlikely, and is none
_UNLIKELY = 2.0  # how unlikely it becomes, as a logarithm of odds
_NEAR = 0.6  # how likely it is at the touch; half as unlikely beside it
_FAR = 3.0  # from where on it becomes as unlikely again over another such length
_NEARER = 2.0  # how unlikely it is twice as near to a touch of the other side
_TAKEN = 4.0, 1.0  # of what that touch only just took: how likely twice as near to this one; how unlikely to that
_CLIP = 3.0  # odds of colours beyond this say no more
_EVIDENCE = 6.0  # cost of a pixel against an even chance, for each unit of the logarithm; an edge costs up to 50
_MORE = (0.0, 0.7)  # added near the touch, in turn, until what is found is more than a crumb
_CRUMB = 0.1 * np.pi  # area of one, in squares of the depth
_THIN = 1.2  # half the width of what hangs by a neck, or lies apart
_ROUND = 0.9  # around the touch, what goes with it where neither photo nor shape says more


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of a touch: ``colours`` RGB uint8 (h, w, 3); all others bool (h, w).

    ``named`` is the side that the touch names as it is so far, ``touch`` are its pixels outside of that, ``held`` other
    pixels that belong to that side, and ``barred`` those that do not. ``taken`` was on the named side before the
    touches of what is barred were looked at.
    """

    colours: Bytes
    named: Flags
    touch: Flags
    held: Flags
    barred: Flags
    taken: Flags


def wrong_part(place: Surroundings) -> Flags:
    """The pixels around the touch that must change sides, bool (h, w); the touch's own at least."""
    free = ~place.named
    inwards = _from(place.named)
    depth = max(float(inwards[place.touch].max()), 1.0)
    away = _from(place.touch) / depth
    seen = cv2.cvtColor(place.colours, cv2.COLOR_RGB2Lab)
    rival = _from(place.barred) / depth if place.barred.any() else np.full_like(away, np.inf)
    evidence = _evidence(seen, place.named, away, inwards / depth, rival)
    evidence += np.float32(_EVIDENCE) * _between(away, rival, place.taken)
    barred = ((free & (inwards > _DEEPEST * depth)) | place.barred) & ~place.touch
    sure = (place.named | place.held | (free & (away < _CORE)) | place.touch) & ~barred
    seen_in = looks(cv2.GaussianBlur(seen, (3, 3), 0.6).astype(np.float32))
    part = place.touch
    for more in _MORE:
        pushed = evidence + np.where(free & (away < 1.3), np.float32(more * _EVIDENCE), np.float32(0))
        part = joined(cut(pushed, seen_in, sure, barred) & free | place.touch, place.touch, 8)
        if int(part.sum()) >= _CRUMB * depth * depth:
            return part
    near = free & ((away < _ROUND) | _by_shape(free, place.touch, inwards, depth)) & (away < rival) & ~barred
    return joined(near | place.touch, place.touch, 8)


def _between(away: Distances, rival: Distances, taken: Flags) -> Real:
    """What touches of both sides say of a pixel by where it lies, as a logarithm of odds, float32 (h, w)."""
    nearer = np.clip(np.log2(np.maximum(np.minimum(rival, 1e3), 0.05) / np.maximum(away, 0.05)), -1, 1)
    own, other = np.maximum(nearer, 0), np.minimum(nearer, 0)
    found: Real = np.where(taken, _TAKEN[0] * own + _TAKEN[1] * other, _NEARER * other).astype(np.float32)
    return found


def _by_shape(free: Flags, touch: Flags, inwards: Distances, depth: float) -> Flags:
    """What is hardly wider than at the touch, bool (h, w): a limb as far as its neck, or an island, never most."""
    thick = inwards > _THIN * depth
    if thick.any():
        return free & ~(_from(thick) <= _THIN * depth)
    whole = joined(free, touch, 8)
    return whole if 2 * int(whole.sum()) < int(free.sum()) else touch


def _from(flags: Flags) -> Distances:
    """How far each pixel is from those of ``flags``; a quarter of the longer side where there are none."""
    if not flags.any():
        return np.full(flags.shape, max(flags.shape) / 4, np.float32)
    found: Distances = cv2.distanceTransform((~flags).astype(np.uint8), cv2.DIST_L2, 5)
    return found


def _evidence(seen: Bytes, named: Flags, away: Distances, inwards: Distances, rival: Distances) -> Real:
    """What it costs to leave a pixel where it is: its colour, its distance from the touch, and how deep it lies.

    ``away`` and ``inwards`` count in depths of the touch, as does ``rival``, the distance from what is barred.
    """
    weight = np.exp(-((away / _LOCAL) ** 2)) + np.float32(_DISTANT)
    one = np.where(named, weight, 0) + np.where(~named & (away < _OWN), 1, 0)
    other = np.where(~named & (away > _APART), weight, 0) + np.where(~named & (rival < _OWN), 1, 0)
    said = np.clip(odds(seen, one.astype(np.float32), other.astype(np.float32)), -_CLIP, _CLIP)
    far = np.clip((away - _FAR) / _FAR, 0, 1)
    near = _NEAR * (np.clip(1 - away, -0.5, 1) - far - 2 * np.clip(1 - rival, 0, 1))
    deep = _UNLIKELY * np.clip((inwards - _DEEP) / (_DEEPEST - _DEEP), 0, 1)
    cost: Real = (_EVIDENCE * (said + near - deep)).astype(np.float32)
    return cost
