"""A pool that holds back the work on layers until it is let go, and does everything else at once: no test has to wait
for the moment between a change and its result.
"""

from concurrent.futures import Executor, Future
from functools import partial

HELD = ("shape", "refine", "live")  # lanes of the work on a layer


class Gate(Executor):
    """``hold`` from now on, or ``let_go`` all that was held and what comes of it, oldest first."""

    def __init__(self):
        self._held, self._holds = [], False

    def hold(self):
        self._holds = True

    def let_go(self):
        while self._held:
            self._held.pop(0)()
        self._holds = False

    def submit(self, fn, job, *rest):
        work = partial(fn, job, *rest)
        if self._holds and job.lane.startswith("layer") and job.lane.endswith(HELD):
            self._held.append(work)
        else:
            work()
        return Future()
