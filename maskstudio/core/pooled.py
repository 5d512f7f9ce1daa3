"""Work for a pool of threads that is done even where the program is ending and no thread can be had any more."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

T = TypeVar("T")


def handed(pool: Executor, work: Callable[..., T], *values: Any) -> Future[T]:
    """``work(*values)`` on a thread of the pool, or at once, in the calling thread, where the interpreter is ending."""
    try:
        return pool.submit(work, *values)
    except RuntimeError:  # what is being made is still wanted: a file, a journal's picture, an edge
        done: Future[T] = Future()
        done.set_result(work(*values))
        return done
