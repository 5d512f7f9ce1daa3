"""How far superpixels are from each other along the picture: the least colour passed, and the highest step passed."""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order, dijkstra, minimum_spanning_tree

from maskstudio.core.arrays import Indices, Real
from maskstudio.selection.pieces import Regions

FAR = 1000.0  # where there is nothing to be near to
_FAR_STEP = 100.0
_LENGTH = 30.0  # Lab units that a way as long as the picture's diagonal costs by itself
_LEAST = 0.01  # keeps a border without any contrast in the tree


class Ways:
    """The ways through one picture."""

    def __init__(self, regions: Regions) -> None:
        """The graph of what signs what, and its minimum spanning tree."""
        borders, count = regions.borders, regions.count
        first, second = borders.first, borders.second
        apart = np.hypot(*(regions.place[first] - regions.place[second]).T) / regions.diagonal
        cost = borders.contrast + _LENGTH * apart
        both = np.concatenate([first, second]), np.concatenate([second, first])
        self._count = count
        self._graph = csr_matrix((np.concatenate([cost, cost]), both), (count, count))
        steps = coo_matrix((borders.contrast + _LEAST, (first, second)), (count, count))
        tree = minimum_spanning_tree(steps).tocoo()
        self._tree = (
            np.concatenate([tree.row, tree.col]), np.concatenate([tree.col, tree.row]),
            np.concatenate([tree.data, tree.data]),
        )  # fmt: skip

    def passed(self, sources: Indices) -> Real:
        """The sum of contrasts on the easiest way from the nearest of ``sources``, in Lab units (N,); FAR without any.

        Geodesic distance, as in Bai and Sapiro, "A geodesic framework for fast interactive segmentation", 2007.
        """
        if not len(sources):
            return np.full(self._count, FAR, np.float32)
        reached = dijkstra(self._graph, directed=True, indices=sources, min_only=True)
        found: Real = np.minimum(reached, FAR).astype(np.float32)
        return found

    def climbed(self, sources: Indices) -> Real:
        """The highest single contrast on the tree's way from ``sources``, in Lab units (N,).

        The way along the minimum spanning tree has the lowest such step there is, which is also the level at which a
        hierarchy of regions joins the two.
        """
        if not len(sources):
            return np.full(self._count, _FAR_STEP, np.float32)
        rows, columns, steps = self._tree
        root = self._count
        tree = csr_matrix(
            (
                np.concatenate([steps, np.full(len(sources), 1e-6)]),
                (np.concatenate([rows, np.full(len(sources), root)]), np.concatenate([columns, sources])),
            ),
            (root + 1, root + 1),
        )
        order, before = breadth_first_order(tree, root, directed=True)
        height = np.zeros(root + 1)
        step = np.asarray(tree[np.maximum(before[order[1:]], 0), order[1:]]).ravel()
        for each, parent, own in zip(order[1:].tolist(), before[order[1:]].tolist(), step.tolist(), strict=True):
            height[each] = max(height[parent], own)
        return height[:root].astype(np.float32)
