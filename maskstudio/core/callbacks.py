"""What long work in ``core`` is given to say how far it is and to ask whether it is still wanted. Knows no jobs.

Check     called with nothing, often; it raises (``errors.Cancelled``) where the work is no longer wanted
Progress  called with the share that is done, 0..1; it may raise as a Check does
"""

from collections.abc import Callable

Check = Callable[[], None]
Progress = Callable[[float], None]


def go_on(_share: float = 0.0) -> None:
    """The Check and the Progress of work that is neither cancelled nor watched."""
