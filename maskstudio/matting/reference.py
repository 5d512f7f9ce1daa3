"""pymatting's closed-form matting behind our contract: every pixel of the band, minutes on a large photo.

It is what our own solver is measured against, and there to compare with. Its first import compiles for half a minute.
"""

import contextlib
import io
import logging
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from maskstudio import paths
from maskstudio.core.cv import cv2
from maskstudio.core.geometry import Rect
from maskstudio.jobs import Token
from maskstudio.matting.refine import Alpha, check_input, solve_alpha

log = logging.getLogger(__name__)

# Known pixels around the band: the Laplacian's windows reach two.
_CONTEXT = 8
# Iterations after which the progress bar is half way; how many it takes cannot be known.
_HALF_WAY = 60


def closed_form(
    image: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], trimap: npt.NDArray[np.uint8], *, token: Token | None = None
) -> Alpha:
    """Alpha (H, W) in 0..1; arguments, errors and exactness as ``solve_alpha``.

    Levin, Lischinski, Weiss, "A closed-form solution to natural image matting", PAMI 2008, as implemented by pymatting.
    """
    check_input(image, trimap)
    token = token or Token()
    unknown = cv2.inRange(trimap, 1, 254)
    if not (unknown.any() and (trimap == 0).any() and (trimap == 255).any()):
        return solve_alpha(image, trimap, token=token)
    whole = Rect(0, 0, trimap.shape[1], trimap.shape[0])
    box = Rect(*cv2.boundingRect(unknown)).grow(_CONTEXT).intersect(whole).slices()
    if not ((trimap[box] == 0).any() and (trimap[box] == 255).any()):
        box = whole.slices()
    alpha: Alpha = (trimap == 255).astype(np.float32)
    solved = _solve(image[box] / np.iinfo(image.dtype).max, trimap[box], token)
    alpha[box] = np.where(unknown[box] > 0, solved, alpha[box])
    return alpha


def _solve(image: npt.NDArray[np.float64], trimap: npt.NDArray[np.uint8], token: Token) -> npt.NDArray[np.float64]:
    os.environ.setdefault("NUMBA_CACHE_DIR", str(paths.cache() / "numba"))
    token.step(0.02, "Preparing the reference solver, once for half a minute")
    from pymatting import estimate_alpha_cf, ichol

    token.step(0.1, "Solving every pixel of the edge")
    steps = 0

    def watch(*_: Any) -> None:
        nonlocal steps
        steps += 1
        token.step(0.2 + 0.8 * steps / (steps + _HALF_WAY))

    def quietly(matrix: Any) -> Any:
        # It prints each shift of the matrix that it has to try.
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            factors = ichol(matrix)
        log.debug("pymatting: %s", said.getvalue())
        token.step(0.2)
        return factors

    known = np.where(trimap == 255, 1.0, np.where(trimap == 0, 0.0, 0.5))
    solved: npt.NDArray[np.float64] = estimate_alpha_cf(
        image, known, preconditioner=quietly, cg_kwargs={"callback": watch}
    )
    return np.nan_to_num(solved, nan=0.5).clip(0, 1)
