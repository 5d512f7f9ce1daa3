"""Work on models that is under way, and how far it is with each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from maskstudio.figures import percent
from maskstudio.jobs import Job
from maskstudio.session.shelving import MODEL_WORK
from maskstudio.ui.models.model_words import said

_LOADS = "download "
_ALONE = (_LOADS, "trust ", "convert ", "package ")  # lanes that end with the name of the model
_MEASURE = "measure"
_NEARLY = 1e-6  # fractions are sums of parts


@dataclass(frozen=True)
class ModelWork:
    """The work on one model: what it does now, and how far it is with this model, 0..1."""

    job: Job
    text: str
    fraction: float

    @property
    def loads(self) -> bool:
        """Whether a file is being downloaded, which can be continued after a stop."""
        return self.job.lane.startswith(_LOADS)

    @property
    def brief(self) -> str:
        """What it does, in a word, and how far it is."""
        word = self.text.split(" ")[0]
        return f"{word} {percent(self.fraction)}" if self.fraction or word != said("Waiting") else word


class WorkUnderWay:
    """The unfinished jobs that concern models, as ``take`` hears of them."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._measured: Sequence[str] = ()  # the names of the models being measured, in order

    @property
    def measuring(self) -> Job | None:
        """The job that measures models."""
        return self._jobs.get(_MEASURE)

    @property
    def measured_now(self) -> str:
        """The name of the model that is being measured; empty if none is."""
        return self._measured[self._place(self.measuring)] if self.measuring and self._measured else ""

    def take(self, job: Job) -> bool:
        """Take note of how a job stands; returns whether it concerns models."""
        if not job.lane.startswith(MODEL_WORK):
            return False
        if not job.finished and (job.lane not in self._jobs or not job.token.cancelled):  # a newer one has its place
            self._jobs[job.lane] = job
        elif job.finished and self._jobs.get(job.lane) is job:
            del self._jobs[job.lane]
        return True

    def measures(self, names: Sequence[str]) -> None:
        """Hear which models are being measured, in this order."""
        self._measured = tuple(names)

    def of(self, name: str) -> ModelWork | None:
        """The work on a model; one that is yet to be measured waits."""
        for lane in (f"{kind}{name}" for kind in _ALONE):
            if (job := self._jobs.get(lane)) is not None:
                return ModelWork(job, job.text or said("Waiting"), job.fraction)
        if (job := self.measuring) is None or name not in self._measured:
            return None
        now, place = self._place(job), self._measured.index(name)
        if place < now:
            return None
        begun = place == now and job.text
        return ModelWork(job, job.text, self._part(job)) if begun else ModelWork(job, said("Waiting"), 0.0)

    def measured_so_far(self) -> str:
        """Which of several models is being measured, in words; empty if no more than one is."""
        job, count = self.measuring, len(self._measured)
        if job is None or count < 2:
            return ""
        return said("measuring {} of {}, {}").format(self._place(job) + 1, count, percent(job.fraction))

    def _place(self, job: Job) -> int:
        """The place of the model that is being measured among all of them."""
        return min(int(job.fraction * len(self._measured) + _NEARLY), len(self._measured) - 1)

    def _part(self, job: Job) -> float:
        """How far measuring is with that model, 0..1."""
        return min(max(job.fraction * len(self._measured) - self._place(job), 0.0), 1.0)
