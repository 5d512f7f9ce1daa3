"""What a random user at the session works with: a solver, a provider and threads that a test can see through."""

import numpy as np

from maskstudio.core.document import Detection, Refinement
from maskstudio.core.mask import Mask
from maskstudio.matting import edge
from tests.core.documents import disc

WIDTH, HEIGHT = 40, 32


def solved(plane, band, hints=None):
    """Stands in for the solver: an edge that says which mask, band and hints it was solved for."""
    soft = plane.copy()
    if band is not None:
        soft[0, 0] = band
        soft[1, :] = plane.sum() % 251
    if hints is not None:
        soft[2, :] = hints.sum() % 251
    return soft


def refine_edge(_image, layer, token):
    token.step(0.5)
    band = layer.refine and layer.refine.band_width
    found = solved(layer.base.array(), band, layer.hints and layer.hints.array())
    return edge.finished(_image, layer, Refinement(Mask.from_array(found), {}), token.step)


def covered(base, paint):
    if paint is None:
        return base
    return (paint.value.array() + np.rint(base * (255.0 - paint.cover.array()) / 255)).astype(np.uint8)


class Finder:
    """Finds other discs every time it is asked."""

    name = "finder"
    runs = 0

    def detect(self, source, wanted, token):
        self.runs += 1
        count = self.runs % 3
        return [self._found(wanted.model, self.runs + n, source) for n in range(count)]

    def remove_background(self, source, wanted, token):
        self.runs += 1
        return self._found(wanted.model, self.runs, source)

    def _found(self, model, seed, source):
        plane = disc(source.width, source.height, 3 + seed % 9, (seed * 7 % WIDTH, seed * 5 % HEIGHT))
        return Detection(f"disc {seed}", 0.5, (0, 0, 1, 1), Mask.from_array(plane), model=model)


class Later:
    """A pool and a home thread that go on only when told to; of the work, two pieces are under way at a time."""

    def __init__(self):
        self.work, self.home = [], []

    def submit(self, work, *args):
        self.work.append(lambda: work(*args))

    def finish(self, which):
        self.work.pop(min(which % 2, len(self.work) - 1))()

    def post(self, closure):
        self.home.append(closure)
