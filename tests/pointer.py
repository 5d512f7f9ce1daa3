"""A family of models that can be seen through, for tests of whatever asks a selector.

"none" is there at once, "slow" encodes for as long as a test wants. Both select a disc around the newest click inside:
candidates of three radii; what is clicked outside is cut out of them, and scribbles are discs too. A mask to correct is
changed by a small disc around each click, and nowhere else.
"""

import threading

import numpy as np

from maskstudio.core.mask import Mask
from maskstudio.providers.provider import Model, ModelState
from maskstudio.selection.prompt import Candidate
from tests.core.documents import disc

RADII = (30, 40, 20)
SCORES = (0.9, 0.6, 0.3)
MENDED = 12  # px about each click that corrects a mask
HOVER = 25
SLOWER = 7  # px by which the discs of "slow" are larger


class Pointer:
    """One row for the table of families; ``asked`` holds every prompt, ``opened`` every photo with its model,
    ``threads`` where it was asked.

    ``gates`` hold back work while they are cleared: "open", "predict".
    """

    name = "Pointer"
    libraries = ("numpy",)
    weights = {}  # noqa: RUF012

    def __init__(self):
        self.asked, self.opened, self.hovered, self.threads = [], [], [], set()
        self.gates = {"open": threading.Event(), "predict": threading.Event()}
        for gate in self.gates.values():
            gate.set()
        self.fails = None

    def models(self):
        return {name: Model(name, title, frozenset({"select"})) for name, title in
                (("none", "No model"), ("slow", "Slow model"))}  # fmt: skip

    def state(self, name):
        model = self.models()[name]
        return ModelState(name, model.title, model.operations, "ready", "")

    def hold(self, what):
        self.gates[what].clear()

    def let_go(self, what):
        self.gates[what].set()

    def wait(self, what, token):
        while not self.gates[what].wait(0.005):
            token.check()
        token.check()

    def open_selector(self, image, model, token):
        self.threads.add(threading.current_thread())
        self.opened.append((image, model))
        if model == "slow":
            self.wait("open", token)
        if self.fails is not None and model == "slow":
            raise self.fails
        return Discs(self, image, model)

    def mend(self, image, earlier, prompt, token):
        """In place of ``selection.mend``, which mends for every family."""
        self.threads.add(threading.current_thread())
        self.asked.append((self.opened[-1][1], prompt))
        self.wait("predict", token)
        plane = earlier.copy()
        for points, value in ((prompt.include, 255), (prompt.exclude, 0)):
            for at in points:
                plane[disc(earlier.shape[1], earlier.shape[0], MENDED, at) > 0] = value
        return plane


class Discs:
    """The selector of ``Pointer``."""

    def __init__(self, family, image, model):
        self.family, self.image, self.model = family, image, model

    def predict(self, prompt, token):
        self.family.threads.add(threading.current_thread())
        self.family.asked.append((self.model, prompt))
        self.family.wait("predict", token)
        return answers(prompt, self.image.width, self.image.height, SLOWER if self.model == "slow" else 0)

    def preview(self, x, y):
        self.family.threads.add(threading.current_thread())
        self.family.hovered.append((self.model, x, y))
        return Mask.from_array(disc(self.image.width, self.image.height, HOVER, (x, y)))


def answers(prompt, width, height, more=0):
    """What the selector answers, best first."""
    return [
        Candidate(Mask.from_array(selected(prompt, width, height, radius + more)), score)
        for radius, score in zip(RADII, SCORES, strict=True)
    ]


def selected(prompt, width, height, radius):
    """The disc of this radius about every click inside and along scribbles, or the box, less what is outside."""
    plane = np.zeros((height, width), np.uint8)
    if prompt.box is not None:
        left, top, right, bottom = (round(edge) for edge in prompt.box)
        plane[top:bottom, left:right] = 255
    if prompt.outline:
        across, down = zip(*prompt.outline, strict=True)
        plane[round(min(down)) : round(max(down)), round(min(across)) : round(max(across))] = 255
    for at in (*prompt.include, *(point for stroke in prompt.scribbles for point in stroke.points)):
        plane = np.maximum(plane, disc(width, height, radius, at))
    for at in (*prompt.exclude, *(point for stroke in prompt.erasures for point in stroke.points)):
        plane[disc(width, height, radius // 2, at) > 0] = 0
    return plane
