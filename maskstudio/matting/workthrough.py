"""Work on many small parts of one picture, two at a time. Knows nothing of what the work is."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from maskstudio.core.pooled import handed
from maskstudio.jobs import Token, step_aside

P = TypeVar("P")


def work_through(work: Callable[[P], None], parts: Sequence[P], token: Token) -> None:
    """``work(part)`` for each of ``parts`` on two threads that end with the call; each writes to a place of its own.

    ``token`` is told from the calling thread only. The first error, or ``Cancelled``, ends it once what runs is done.
    """

    def checked(part: P) -> None:
        token.check()
        work(part)

    with ThreadPoolExecutor(2, thread_name_prefix="matting", initializer=step_aside) as pool:
        waiting = [handed(pool, checked, part) for part in parts]
        try:
            for number, outcome in enumerate(waiting):
                token.step(number / len(waiting))
                outcome.result()
        finally:
            for outcome in waiting:
                outcome.cancel()
