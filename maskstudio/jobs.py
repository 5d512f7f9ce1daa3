"""The one place where work leaves the calling thread. Knows no Qt.

``Runner.start`` runs ``work(token)`` on a thread and brings the outcome home through ``post``, a function that runs a
closure on the home thread: a queued signal in the window, a direct call on the command line, ``immediate`` in tests.
A job returns data; it never carries a document back, so it cannot overwrite what happened meanwhile.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from maskstudio.errors import Cancelled, MaskStudioError
from maskstudio.names import shown

_REPORT_EVERY = 1 / 30  # seconds
_NICENESS = 5

log = logging.getLogger(__name__)

Post = Callable[[Callable[[], None]], None]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


class Token:
    """Progress and cancellation of one piece of work. Safe to share between threads."""

    def __init__(self, report: Callable[[float, str], None] | None = None) -> None:
        """``report(fraction, text)`` is called on the working thread, ``fraction`` in 0..1."""
        self._stop = threading.Event()
        self._report = report

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._stop.set()

    def check(self) -> None:
        """Raise ``Cancelled`` if the work was asked to stop."""
        if self._stop.is_set():
            raise Cancelled("Cancelled.")

    def step(self, fraction: float, text: str = "") -> None:
        """Report progress in 0..1 and raise ``Cancelled`` if the work was asked to stop."""
        self.check()
        if self._report is not None:
            self._report(min(max(fraction, 0.0), 1.0), text)

    def part(self, start: float, stop: float, text: str = "") -> "Token":
        """A token whose 0..1 covers ``start``..``stop`` of this one, for handing to a stage of the work."""
        stage = Token(lambda fraction, own: self.step(start + (stop - start) * fraction, own or text))
        stage._stop = self._stop
        return stage

    def heard(self, listen: Callable[[float, str], None]) -> "Token":
        """This token, with ``listen(fraction, text)`` called at each step too; what that raises ends the work."""

        def both(fraction: float, text: str) -> None:
            listen(fraction, text)
            self.step(fraction, text)

        stage = Token(both)
        stage._stop = self._stop
        return stage


@dataclass(frozen=True, eq=False)
class Owes:
    """What a job owes whoever asked for it, even if its document is closed meanwhile: it, or a sentence why not.

    ``what`` is its name, as that of a file. ``elsewhere`` writes the same to another path, where that can be. Until
    ``begun`` it can still be dropped at no cost. What ``adds`` makes its document unsaved once more.
    """

    what: str
    elsewhere: "Callable[[Path], Job] | None" = None
    begun: Callable[[], bool] = lambda: True
    adds: bool = False


@dataclass(eq=False)
class Job:
    """One piece of work: its label, where it stands, and how to stop it. Fields change on the home thread only.

    A ``quiet`` one is housekeeping, of which nobody needs to be told. One that ``owes`` something is not to be dropped
    because its document is closed.
    """

    label: str
    lane: str
    quiet: bool = False
    owes: Owes | None = None
    token: Token = field(default_factory=Token)
    state: JobState = "waiting"
    fraction: float = 0.0
    text: str = ""
    error: MaskStudioError | None = None
    closing: str = ""  # what there is to say once it is done or cancelled, one sentence

    @property
    def finished(self) -> bool:
        """Whether the job has ended in any way."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def due(self) -> bool:
        """Whether it owes something that is still to be brought."""
        return self.owes is not None and not self.finished and not self.token.cancelled and self.owes.begun()

    def cancel(self) -> None:
        """Ask the job to stop; it ends as ``cancelled`` at its next step."""
        self.token.cancel()


class Runner:
    """Starts jobs on a small thread pool. In one lane only the newest job counts: a new one cancels the older.

    ``away`` is the pool of jobs that mostly wait for somebody else, so that they hold up nothing; by default ``pool``.
    """

    def __init__(self, post: Post, pool: Executor | None = None, away: Executor | None = None) -> None:
        self._post = post
        self._pool = pool or ThreadPoolExecutor(2, thread_name_prefix="job")
        self._away = away or self._pool
        self._lanes: dict[str, Job] = {}
        self._jobs: list[Job] = []
        self.changed: Callable[[Job], None] = lambda _job: None

    @property
    def jobs(self) -> list[Job]:
        """The jobs that have not finished, oldest first, without the quiet ones."""
        return [job for job in self._jobs if not job.quiet]

    def under_way(self, lane: str) -> bool:
        """Whether a job of this lane has neither ended nor been asked to stop."""
        return lane in self._lanes and not self._lanes[lane].token.cancelled

    def start(
        self,
        label: str,
        work: Callable[[Token], Any],
        done: Callable[[Any], None],
        *,
        lane: str,
        failed: Callable[[MaskStudioError], None] | None = None,
        quiet: bool = False,
        away: bool = False,
        closing: Callable[[Job], str] = lambda _job: "",
        owes: Owes | None = None,
    ) -> Job:
        """Run ``work(token)`` on a thread, then ``done(result)`` or ``failed(error)`` at home.

        A cancelled job calls neither. An exception outside our tree is logged and shown as a general failure. Once it
        has ended, ``closing(job)`` gives what else there is to say.
        """
        older = self._lanes.get(lane)
        if older is not None:
            older.cancel()
        job = Job(shown(label), lane, quiet, owes)
        job.token = Token(self._reporter(job))
        self._lanes[lane] = job
        self._jobs.append(job)
        self._tell(job)
        (self._away if away else self._pool).submit(self._run, job, work, done, failed, closing)
        return job

    def cancel(self, lane: str = "") -> None:
        """Ask the jobs to stop whose lane begins with ``lane``: all of them by default."""
        for job in self._jobs:
            if job.lane.startswith(lane):
                job.cancel()

    def drop(self, lane: str) -> None:
        """The same for those of which nothing is due."""
        for job in self._jobs:
            if job.lane.startswith(lane) and not job.due:
                job.cancel()

    def shutdown(self) -> None:
        """Cancel everything and wait for the threads to leave their current step."""
        self.cancel()
        for pool in (self._pool, self._away):
            pool.shutdown(wait=True, cancel_futures=True)

    def _run(
        self,
        job: Job,
        work: Callable[[Token], Any],
        done: Callable[[Any], None],
        failed: Callable[[MaskStudioError], None] | None,
        closing: Callable[[Job], str],
    ) -> None:
        error: MaskStudioError | None = None
        result: Any = None
        try:
            job.token.step(0.0)
            result = work(job.token)
        except MaskStudioError as raised:
            error = raised
        except MemoryError:
            error = MaskStudioError(f"{job.label} needs more memory than this machine has free.")
        except Exception:
            log.exception("%s failed unexpectedly", job.label)
            error = MaskStudioError(f"{job.label} failed unexpectedly; the log has the details.")
        self._post(lambda: self._finish(job, result, error, done, failed, closing))

    def _reporter(self, job: Job) -> Callable[[float, str], None]:
        """Brings progress home, but no more often than an eye can follow."""
        last = -_REPORT_EVERY

        def report(fraction: float, text: str) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _REPORT_EVERY:
                last = now
                self._post(lambda: self._progress(job, fraction, text))

        return report

    def _progress(self, job: Job, fraction: float, text: str) -> None:
        if not job.finished:
            job.state, job.fraction, job.text = "running", fraction, text or job.text
            self._tell(job)

    def _tell(self, job: Job) -> None:
        if not job.quiet:
            self.changed(job)

    def _finish(
        self,
        job: Job,
        result: Any,
        error: MaskStudioError | None,
        done: Callable[[Any], None],
        failed: Callable[[MaskStudioError], None] | None,
        closing: Callable[[Job], str],
    ) -> None:
        self._jobs.remove(job)
        if self._lanes.get(job.lane) is job:
            del self._lanes[job.lane]
        if job.token.cancelled or isinstance(error, Cancelled):
            job.state = "cancelled"
        elif error is not None:
            job.state, job.error = "failed", error
        else:
            job.state, job.fraction = "done", 1.0
        job.closing = closing(job)
        self._tell(job)
        if job.state == "done":
            done(result)
        elif job.state == "failed" and failed is not None and job.error is not None:
            failed(job.error)


class Inline(Executor):
    """A pool that runs each piece of work at once, where it is submitted: for the command line and for tests."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn`` now; its exceptions reach the caller."""
        outcome: Future[Any] = Future()
        outcome.set_result(fn(*args, **kwargs))
        return outcome


def step_aside() -> None:
    """Let the calling thread give way to the window's when both want a core. Only Linux knows this of a thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def immediate(closure: Callable[[], None]) -> None:
    """A ``post`` that runs the closure where it is: for the command line and for tests."""
    closure()
