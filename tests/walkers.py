"""What a random user at the session works with: a solver, a provider and threads that a test can see through."""

import random
from dataclasses import replace

import numpy as np

from maskstudio.core.document import Detection, Refinement
from maskstudio.core.mask import Mask
from maskstudio.matting import edge
from maskstudio.params.local import AdjustParams, BrushParams, DetectParams, MaskParams, RefineParams
from maskstudio.selection.prompt import Candidate
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

    def cutout(self, source, wanted, token):
        self.runs += 1
        return self._found(wanted.model, self.runs, source)

    def open_selector(self, source, model, token):
        token.check()
        return Points(source)

    def _found(self, model, seed, source):
        plane = disc(source.width, source.height, 3 + seed % 9, (seed * 7 % WIDTH, seed * 5 % HEIGHT))
        return Detection(f"disc {seed}", 0.5, (0, 0, 1, 1), Mask.from_array(plane), model=model)


class Points:
    """The selector of ``Finder``: a disc about every click, or about them in the mask that is corrected."""

    def __init__(self, source):
        self.size = source.size

    def predict(self, prompt, token):
        token.check()
        plane = np.zeros(self.size[::-1], np.uint8) if prompt.earlier is None else prompt.earlier.array()
        for at, value in (*((each, 255) for each in prompt.include), *((each, 0) for each in prompt.exclude)):
            plane[disc(*self.size, 4, at) > 0] = value
        return [Candidate(Mask.from_array(plane), 0.5)]


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


class Wanderer:
    """A user who does whatever comes to mind, in a session whose jobs run at once; the same for the same seed."""

    def __init__(self, session, seed):
        session.provider = Finder()
        self.session = session
        self.chance = random.Random(seed)

    def wander(self, steps):
        """Do so many things."""
        verbs = [self.paint, self.paint, self.paint, self.find, self.shape, self.refine, self.control, self.walk]
        verbs += [self.walk, self.copy, self.remove, self.rename, self.solo, self.invert, self.hint]
        for _ in range(steps):
            self.chance.choice(verbs)()

    def pick(self):
        layers = self.session.document.layers
        return self.chance.choice(layers) if layers else None

    def paint(self):
        width, height = self.session.document.size
        self.session.painting.begin_stroke(
            BrushParams(size=9, hardness=self.chance.random()), self.chance.choice([255, 255, 0])
        )
        for _ in range(self.chance.randint(1, 4)):
            self.session.painting.stroke_to(self.chance.uniform(0, width), self.chance.uniform(0, height))
        self.session.end_stroke()

    def hint(self):
        if self.session.edging.begin_stroke(BrushParams(size=9), self.chance.randint(0, 4)) is not None:
            self.session.edging.stroke_to(self.chance.uniform(0, 40), self.chance.uniform(0, 32))
            self.session.end_stroke()

    def find(self):
        if len(self.session.document.layers) < 6:
            self.session.finding.detect(DetectParams(model=f"model {self.chance.randint(0, 2)}"), MaskParams(1, 1))

    def shape(self):
        if layer := self.pick():
            self.session.shaping.set_mask_params(
                layer.id, MaskParams(self.chance.randint(-3, 5), self.chance.randint(0, 3))
            )

    def refine(self):
        if layer := self.pick():
            self.session.shaping.refine(layer.id, RefineParams(band_width=self.chance.randint(1, 3)))

    def control(self):
        if self.session.active is not None:
            self.session.adjusting.adjust_edge(AdjustParams(shift_edge=self.chance.randint(-2, 2)))

    def walk(self):
        for _ in range(self.chance.randint(1, 3)):
            self.chance.choice([self.session.undo, self.session.undo, self.session.redo])()

    def copy(self):
        if (layer := self.pick()) and len(self.session.document.layers) < 6:
            self.session.layers.duplicate(layer.id)

    def remove(self):
        if layer := self.pick():
            self.session.layers.delete(layer.id)

    def rename(self):
        if layer := self.pick():
            self.session.layers.rename(layer.id, f"layer {self.chance.random():.3f}")

    def solo(self):
        layer = self.pick()
        self.session.layers.set_solo(layer.id if layer and self.chance.random() < 0.5 else None)

    def invert(self):
        self.session.painting.invert()


def coloured_edge(image, layer, token):
    """As ``refine_edge``, with clean colours that say what they belong to."""
    made = refine_edge(image, layer, token)
    if made.colours or made.pending:
        return made
    colours = np.full((image.height, image.width, 3), int(made.solved.array().sum()) % 251, image.pixels.dtype)
    return replace(made, colours={(0, 0): colours})
