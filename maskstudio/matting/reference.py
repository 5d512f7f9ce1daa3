"""pymatting's solvers behind our contract, to compare ours with: every pixel of the band, minutes on a large photo.

The first import of pymatting compiles for half a minute. What it prints or warns of goes to the log or nowhere; where
it gives up, as on images of a few pixels, our own solver answers.
"""

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np

from maskstudio import paths
from maskstudio.core.arrays import Alpha, Double, Pixels, Plane
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.errors import BadParameter
from maskstudio.jobs import Token
from maskstudio.matting.quick import check_sizes
from maskstudio.matting.refine import solve_alpha

log = logging.getLogger(__name__)

ReferenceSolver = Literal["closed-form", "knn", "lbdm", "lkm", "random-walk", "shared"]

# Known pixels around the band that a solver of small windows looks at; those not named here look at all there are.
_CONTEXT: dict[str, int] = {"closed-form": 8, "lbdm": 8, "random-walk": 8, "lkm": 32}
# Iterations after which the progress bar is half way; how many it takes cannot be known.
_HALF_WAY = 60
_GIVING_UP = (ArithmeticError, AssertionError, IndexError, RuntimeError, ValueError, np.linalg.LinAlgError)


def solve_with(
    name: ReferenceSolver,
    image: Pixels,
    trimap: Plane,
    *,
    token: Token | None = None,
) -> Alpha:
    """Alpha (H, W) in 0..1 by one of pymatting's solvers; arguments, errors and exactness as ``solve_alpha``.

    ``closed-form``: Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008. ``knn``:
    Chen, Li, Tang, "KNN matting", PAMI 2013. ``lbdm``: Zheng, Kambhamettu, "Learning based digital matting", ICCV
    2009. ``lkm``: He, Sun, Tang, "Fast matting using large kernel matting Laplacian matrices", CVPR 2010.
    ``random-walk``: Grady, Schiwietz, Aharon, Westermann, "Random walks for interactive alpha-matting", VIIP 2005.
    ``shared``: Gastal, Oliveira, "Shared sampling for real-time alpha matting", Eurographics 2010.
    Raises ``BadParameter`` for any other name.
    """
    if name not in get_args(ReferenceSolver):
        raise BadParameter(f"There is no solver called {name}; choose one of {', '.join(get_args(ReferenceSolver))}.")
    check_sizes(image, trimap, "trimap")
    token = token or Token()
    unknown = cv2.inRange(trimap, 1, 254)
    if not (unknown.any() and (trimap == 0).any() and (trimap == 255).any()):
        return solve_alpha(image, trimap, token=token)
    box = _box(name, unknown, trimap).slices()
    alpha: Alpha = (trimap == 255).astype(np.float32)
    try:
        solved = _solve(name, image[box] / np.iinfo(image.dtype).max, trimap[box], token)
    except _GIVING_UP:
        log.info("pymatting's %s gave up", name, exc_info=True)
        return solve_alpha(image, trimap, token=token)
    alpha[box] = np.where(unknown[box] > 0, solved, alpha[box])
    return alpha


def _box(name: ReferenceSolver, unknown: Plane, trimap: Plane) -> Rect:
    """What the solver is shown: the surroundings of the band if they hold both sides, else everything."""
    whole = Rect(0, 0, trimap.shape[1], trimap.shape[0])
    if name not in _CONTEXT:
        return whole
    box = Rect(*cv2.boundingRect(unknown)).grow(_CONTEXT[name]).intersect(whole)
    known = trimap[box.slices()]
    return box if (known == 0).any() and (known == 255).any() else whole


def _solve(name: ReferenceSolver, image: Double, trimap: Plane, token: Token) -> Double:
    os.environ.setdefault("NUMBA_CACHE_DIR", str(paths.cache() / "numba"))
    token.step(0.02, "Preparing the reference solver, once for half a minute")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimate = _estimator(name, token)
        token.step(0.1, "Solving every pixel of the edge")
        known = np.where(trimap == 255, 1.0, np.where(trimap == 0, 0.0, 0.5))
        solved: Double = estimate(image, known)
    return np.nan_to_num(solved, nan=0.5).clip(0, 1)


def _estimator(name: ReferenceSolver, token: Token) -> Callable[[Double, Double], Double]:
    """The solver of that name, which tells ``token`` of every step it takes."""
    import pymatting

    solvers: dict[str, Callable[..., Double]] = {
        "closed-form": pymatting.estimate_alpha_cf,
        "knn": pymatting.estimate_alpha_knn,
        "lbdm": pymatting.estimate_alpha_lbdm,
        "lkm": pymatting.estimate_alpha_lkm,
        "random-walk": pymatting.estimate_alpha_rw,
        "shared": pymatting.estimate_alpha_sm,
    }
    solver = solvers[name]
    steps = 0

    def watch(*_: Any) -> None:
        nonlocal steps
        steps += 1
        token.step(0.2 + 0.8 * steps / (steps + _HALF_WAY))

    def quietly(matrix: Any) -> Any:
        # It prints each shift of the matrix that it has to try.
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            factors = pymatting.ichol(matrix)
        log.debug("pymatting: %s", said.getvalue())
        token.step(0.2)
        return factors

    if name == "shared":
        return solver
    options: dict[str, Any] = {"cg_kwargs": {"callback": watch}}
    if name in {"closed-form", "lbdm"}:
        options["preconditioner"] = quietly
    return lambda image, known: solver(image, known, **options)
