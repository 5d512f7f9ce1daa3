"""Runs work on threads. Work leaves the calling thread only here. Knows no Qt.

``Runner.start`` runs ``work(token)`` on a thread and hands the outcome back through ``post``, a function that runs a
closure on the home thread: a queued signal in the window, a direct call (``immediate``) on the command line and in
tests. A job returns data, never a document, so it cannot overwrite later changes.
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
        """``report(fraction, text)`` is called on the working thread, with ``fraction`` in 0..1."""
        self._stop = threading.Event()
        self._report = report

    @property
    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
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
        """A token for one stage of the work: its 0..1 covers ``start``..``stop`` of this token."""
        return self._reporting(lambda fraction, own: self.step(start + (stop - start) * fraction, own or text))

    def called(self, text: str) -> "Token":
        """This token, which says ``text`` at every step, whatever the work calls it."""
        return self._reporting(lambda fraction, _own: self.step(fraction, text))

    def heard(self, listen: Callable[[float, str], None]) -> "Token":
        """This token, with ``listen(fraction, text)`` also called at each step; an error it raises ends the work."""

        def both(fraction: float, text: str) -> None:
            listen(fraction, text)
            self.step(fraction, text)

        return self._reporting(both)

    def _reporting(self, report: Callable[[float, str], None]) -> "Token":
        """A token that reports in another way, and is cancelled together with this one."""
        other = Token(report)
        other._stop = self._stop
        return other


@dataclass(frozen=True, eq=False)
class Owes:
    """The result that a job must deliver even if its document is closed, or else say why it cannot.

    ``what`` is its name, such as a file name. ``elsewhere``, if there is one, writes the same to another path. Until
    ``begun`` returns true it can be dropped at no cost. ``adds`` says that the result makes its document unsaved again.
    """

    what: str
    elsewhere: "Callable[[Path], Job] | None" = None
    begun: Callable[[], bool] = lambda: True
    adds: bool = False


@dataclass(eq=False)
class Job:
    """One piece of work: its label, its state, and how to stop it. Fields change on the home thread only.

    A ``quiet`` job is housekeeping that users are not told of. A job that ``owes`` something is not dropped when its
    document is closed.
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
    closing: str = ""  # one sentence to tell once it is done or cancelled; may be empty

    @property
    def finished(self) -> bool:
        """Whether the job has ended in any way."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def due(self) -> bool:
        """Whether it owes a result that is still to be delivered."""
        return self.owes is not None and not self.finished and not self.token.cancelled and self.owes.begun()

    def cancel(self) -> None:
        """Ask the job to stop; at its next step it ends as ``cancelled``."""
        self.token.cancel()


class Runner:
    """Runs jobs on a small thread pool. Each lane has one current job: a new one cancels the older one.

    ``away`` is the pool for jobs that mostly wait for a server, so that they do not block others; by default ``pool``.
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
        """The unfinished jobs, oldest first, without the quiet ones."""
        return [job for job in self._jobs if not job.quiet]

    def under_way(self, lane: str) -> bool:
        """Whether a job of this lane has neither ended nor been asked to stop."""
        return lane in self._lanes and not self._lanes[lane].token.cancelled

    def start(
        self,
        label: str,
        work: Callable[[Token], Any],
        done: Callable[[Any], object],
        *,
        lane: str,
        failed: Callable[[MaskStudioError], None] | None = None,
        quiet: bool = False,
        away: bool = False,
        closing: Callable[[Job], str] = lambda _job: "",
        owes: Owes | None = None,
    ) -> Job:
        """Run ``work(token)`` on a thread, then ``done(result)`` or ``failed(error)`` on the home thread.

        A cancelled job calls neither. An exception that is no MaskStudioError is logged and reported as a general
        failure. After the job has ended, ``closing(job)`` returns a sentence to tell, or an empty text.
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
        """Ask all jobs to stop whose lane begins with ``lane``; by default all jobs."""
        for job in self._jobs:
            if job.lane.startswith(lane):
                job.cancel()

    def drop(self, lane: str) -> None:
        """Ask the jobs to stop whose lane begins with ``lane`` and that owe nothing."""
        for job in self._jobs:
            if job.lane.startswith(lane) and not job.due:
                job.cancel()

    def shutdown(self) -> None:
        """Cancel all jobs and wait until their threads have left their current step."""
        self.cancel()
        for pool in (self._pool, self._away):
            pool.shutdown(wait=True, cancel_futures=True)

    def _run(
        self,
        job: Job,
        work: Callable[[Token], Any],
        done: Callable[[Any], object],
        failed: Callable[[MaskStudioError], None] | None,
        closing: Callable[[Job], str],
    ) -> None:
        """Do the work on a thread, turn any exception into one of our errors, and post the outcome."""
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
        """A function that posts progress to the home thread: new words at once, else at most 30 times a second."""
        last, said = -_REPORT_EVERY, ""

        def report(fraction: float, text: str) -> None:
            nonlocal last, said
            now = time.monotonic()
            if now - last >= _REPORT_EVERY or text != said:  # what begins just after a report may say nothing for long
                last, said = now, text
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
        done: Callable[[Any], object],
        failed: Callable[[MaskStudioError], None] | None,
        closing: Callable[[Job], str],
    ) -> None:
        """Set the final state of a job on the home thread and call ``done`` or ``failed``."""
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
    """A pool that runs work at once in the calling thread: for the command line and for tests."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn`` now; its exceptions are raised to the caller."""
        outcome: Future[Any] = Future()
        outcome.set_result(fn(*args, **kwargs))
        return outcome


def step_aside() -> None:
    """Lower the priority of the calling thread, so that the window's thread gets the core first. Linux only."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def immediate(closure: Callable[[], None]) -> None:
    """A ``post`` that calls the closure at once: for the command line and for tests."""
    closure()
