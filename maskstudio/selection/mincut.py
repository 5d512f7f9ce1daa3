"""The cheapest border around what is probably inside: a minimum cut through the superpixels."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from maskstudio.core.arrays import Flags, Real
from maskstudio.selection.pieces import STEP, Regions

_SCALE = 1000  # flows are whole numbers
_SURE = 10000.0
_SOFT = 6.0  # Lab units of contrast by which a border becomes e times cheaper


def cut(regions: Regions, logit: Real, sure: Real, smooth: float = 1.0) -> Flags:
    """The superpixels inside (N,), after Boykov and Jolly, "Interactive graph cuts", 2001.

    ``logit`` (N,) is above 0 where a superpixel is rather inside; ``sure`` (N,) above 0 where it must be, below 0 where
    it must not. ``smooth`` weighs the length of the border against them.
    """
    borders, count = regions.borders, regions.count
    gain = np.where(sure > 0, _SURE, np.where(sure < 0, -_SURE, logit * regions.size / STEP**2))
    weight = smooth * borders.length / STEP * np.exp(-borders.contrast / _SOFT)
    source, sink, every = np.full(count, count), np.full(count, count + 1), np.arange(count)
    start = np.concatenate([borders.first, borders.second, source, every])
    end = np.concatenate([borders.second, borders.first, every, sink])
    room = np.concatenate([weight, weight, np.maximum(gain, 0), np.maximum(-gain, 0)]) * _SCALE
    graph = csr_matrix((room.astype(np.int32), (start, end)), (count + 2, count + 2))
    rest = graph - maximum_flow(graph, count, count + 1).flow
    rest.data = np.maximum(rest.data, 0)
    rest.eliminate_zeros()
    inside = np.zeros(count + 2, bool)
    inside[breadth_first_order(rest, count, directed=True, return_predecessors=False)] = True
    return inside[:count]
