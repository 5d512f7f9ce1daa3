"""Parts of faces by MediaPipe's mesh of 478 points: the contours of face, eyes, lips and nose. Draws no masks.

The mesh fails on small faces in large photos, so it gets a square crop of each face already found.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from maskstudio.core.arrays import Points
from maskstudio.core.cv import cv2
from maskstudio.providers.local.people import graphs
from maskstudio.providers.local.people.faces import Face
from maskstudio.providers.local.shapes import smooth_outline

_CROP = 320  # px; enough for the mesh, whose own inputs are 192 px
_SKIN = 468  # landmarks on the skin; the rest lie around the irises
_AROUND = (2.0, 1.5, 1.2, 3.0)  # sizes of the crops that are tried in turn, in sizes of the face

Edges = Iterable[tuple[int, int]]


def points(rgb: npt.NDArray[np.uint8], face: Face) -> Points | None:
    """The mesh of a face in a photo ``rgb`` (H, W, 3): (478, 2) in px of the photo; None if it cannot be found."""
    for times in _AROUND:
        side = face.side * times
        left, top = face.centre[0] - side / 2, face.centre[1] - side / 2
        found = graphs.get("face_mesh").run(graphs.square(rgb, left, top, side, _CROP)).multi_face_landmarks
        if found:
            relative = np.array([(mark.x, mark.y) for mark in found[0].landmark])
            mesh: Points = relative * side + (left, top)
            if _fits(mesh, face):
                return mesh
    return None


def _fits(mesh: Points, face: Face) -> bool:
    """Whether the mesh lies on this face, not on a neighbour in the crop."""
    off = np.abs(mesh.mean(0) - face.centre).max()
    return bool(off < face.side / 2)


def outlines(mesh: Points, part: str) -> list[Points]:
    """Smooth closed curves (n, 2) around a part: "face", "eyes", "lips" or "nose".

    Face and nose are convex hulls: the contour of a face in profile folds over, and the nose has no contour.
    """
    if part == "face":
        return [_hull(mesh[:_SKIN])]
    if part == "nose":
        return [_hull(mesh[list(_nose())])]
    return [smooth_outline(mesh[list(loop)]) for loop in _loops(part)]


def _hull(marks: Points) -> Points:
    hull = cv2.convexHull(marks.astype(np.float32)).reshape(-1, 2)
    return smooth_outline(hull)


@lru_cache(maxsize=1)
def _nose() -> tuple[int, ...]:
    """The landmark numbers of the nose's ridge, tip and wings."""
    from mediapipe.python.solutions import face_mesh_connections as known

    return tuple(sorted({mark for edge in known.FACEMESH_NOSE for mark in edge}))


@lru_cache(maxsize=8)
def _loops(part: str) -> tuple[tuple[int, ...], ...]:
    """The landmark numbers around each piece of a part, in order."""
    from mediapipe.python.solutions import face_mesh_connections as known

    edges: dict[str, list[Edges]] = {
        "eyes": [known.FACEMESH_LEFT_EYE, known.FACEMESH_RIGHT_EYE],
        "lips": [known.FACEMESH_LIPS],
    }
    return tuple(_rings(piece)[0] for piece in edges[part])


def _rings(edges: Edges) -> list[tuple[int, ...]]:
    """Closed rings of neighbours among ``edges``, by their least landmark; of the lips, the outer ring comes first."""
    beside: dict[int, list[int]] = {}
    for one, other in edges:
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    rings, left = [], set(beside)
    while left:
        ring = [min(left)]
        while nexts := [mark for mark in beside[ring[-1]] if mark in left and mark not in ring]:
            ring.append(nexts[0])
        left -= set(ring)
        rings.append(tuple(ring))
    return rings
