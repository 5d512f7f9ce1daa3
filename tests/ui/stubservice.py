"""A service that answers at once from this process: what it was asked is in ``errands``, what it says is the test's."""

import numpy as np

from maskstudio.errors import BadAnswer
from maskstudio.providers.remote.base import Answer, Piece, Plan
from maskstudio.services import directory


class StubService:
    """Finds the upper left quarter of whatever it is sent; ``error`` is raised instead, ``problem`` is in its plans.

    What is ``lost`` is paid for and can be fetched.
    """

    def __init__(self, name):
        self.name, self.title = name, directory.service(name).title
        self.operations = directory.service(name).operations
        self.errands = []
        self.price = None
        self.problem = ""
        self.error = None
        self.note = ""
        self.lost = False
        self.fetched = []

    def plan(self, operation, params, size):
        note = "" if self.price is not None else "The price is told after each job."
        return Plan(size, "JPEG", (f"api.{self.name}.example",), self.price, note, self.problem)

    async def run(self, errand, trip):
        self.errands.append(errand)
        if self.error is not None:
            raise self.error
        if errand.dry:
            return Answer(cost=0.0125)
        trip.lies({"task": "the task"})
        trip.charged("sent", None, "")
        trip.charged("done", 0.0125, "")
        if self.lost:
            raise BadAnswer("It is damaged, so it was not used.")
        return self._answer(errand)

    async def fetch(self, errand, where, trip):
        self.fetched.append(where)
        return self._answer(errand)

    def _answer(self, errand):
        width, height = errand.size
        mask = np.zeros((height, width), np.uint8)
        mask[: height // 2, : width // 2] = 255
        return Answer((Piece("thing", 0.9, (0, 0, width // 2, height // 2), mask),), 0.0125, self.note)

    async def check(self):
        if self.error is not None:
            raise self.error
        return f"{self.title} answers."
