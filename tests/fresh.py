"""A session that nothing has happened to."""

from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.session.session import Session


def fresh(writer=None):
    """A session whose jobs run at once; ``said`` and ``failures`` hold what it tells. ``writer`` keeps its journal."""
    made = Session(Runner(immediate, Inline()))
    made.said, made.failures = [], []
    made.told, made.failed = made.said.append, made.failures.append
    if writer is not None:
        made.journalling.begin(writer)
    return made
