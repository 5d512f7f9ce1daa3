"""The desk every verb works at: the document of now, its history, the way off the thread and the sentences home."""

import getpass
import time
from collections.abc import Callable, Mapping
from typing import Any

from maskstudio.core.document import Document, Layer, Origin
from maskstudio.core.history import LIMIT, History
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Owes, Runner, Token
from maskstudio.names import shown
from maskstudio.providers import registry
from maskstudio.session.entered import Change, Entered


def _raise(error: MaskStudioError) -> None:
    raise error


class Desk:
    """``changed`` is called after every change of document, ``told`` with sentences for the user, ``failed`` with
    errors; by default errors are raised, which suits a runner that works at once. ``author`` signs what is made.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        self.runner = runner
        self.provider = registry.get(provider)
        self.history: History | None = None
        self.history_limit = LIMIT
        self.author = user()
        self.changed: Callable[[], None] = lambda: None
        self.told: Callable[[str], None] = lambda _sentence: None
        self.failed: Callable[[MaskStudioError], None] = _raise

    @property
    def document(self) -> Document | None:
        """The document of now, or None."""
        return self.history.document if self.history else None

    @property
    def active(self) -> Layer | None:
        """The active layer, or None."""
        return self.document.layer(self.document.active) if self.document else None

    def commit(self, document: Document, label: str, merge: str = "") -> None:
        """The one way to change: make ``document`` the current one, as a step that can be undone."""
        assert self.history is not None
        self.history.commit(document, shown(label), merge)
        self.changed()

    def entered(self) -> Entered:
        """What has been entered until now, also where it is still being computed: what every output takes."""
        return Entered(self._required(), (*self._coming(), *self._under_way()))

    @property
    def settled(self) -> bool:
        """Whether everything that was entered is in the document."""
        return not self._coming()

    def owe_entered(self) -> None:
        """Owe what was entered and is still being computed, so that nobody leaves before it is in the document."""
        if self.document is None or self.settled or self.runner.under_way("entered"):
            return
        entered, name = Entered(self.document, self._coming()), self.document.image.name
        self._start(f"Finish {name}", entered.made, lambda _: None, lane="entered", owes=Owes(f"the work on {name}"))

    def _coming(self) -> tuple[Change, ...]:
        """What was entered and is not in the document yet, in its order."""
        return self._computing()

    def _computing(self) -> tuple[Change, ...]:
        """The values among it: jobs are computing them."""
        return ()

    def _land(self, done: Callable[[], None]) -> None:
        """Something has come, or will not come: ``done`` takes it over."""
        done()

    def _under_way(self) -> tuple[Change, ...]:
        """What the document wants already and jobs are solving, so that nobody else has to."""
        return ()

    def settle(self) -> None:
        """Tidy the history while nobody waits: drop what is beyond its limit, pack what nobody looks at."""
        if self.history is None or self.runner.under_way("settle"):
            return
        chores = self.history.settle()
        if chores.pack or chores.unpack:
            self.runner.start(
                "Tidy up", lambda token: chores.do(token.check), lambda _: None, lane="settle", quiet=True
            )

    def origin(
        self, how: str, *, model: str = "", version: str = "", params: Mapping[str, Any] | None = None
    ) -> Origin:
        """The provenance of something made just now."""
        return Origin(how, model, version, dict(params or {}), self.author, time.strftime("%Y-%m-%dT%H:%M:%S%z"))

    def _required(self) -> Document:
        if self.document is None:
            raise AssertionError("a verb was called with no document open")
        return self.document

    def _start(
        self,
        label: str,
        work: Callable[[Token], object],
        done: Callable[..., None],
        *,
        lane: str,
        owes: Owes | None = None,
    ) -> Job:
        def came(result: object) -> None:
            self._land(lambda: done(result))

        def missed(error: MaskStudioError) -> None:
            self._land(lambda: self.failed(error))

        def over(job: Job) -> str:
            if job.state == "cancelled":
                self._land(lambda: None)
            return ""

        return self.runner.start(label, work, came, lane=lane, failed=missed, closing=over, owes=owes)

    def _let_go(self) -> None:
        """Stop the work on the document, but for what is due all the same."""
        for lane in ("detect", "import", "layer"):
            self.runner.drop(lane)

    def _without_stale(self, document: Document, same: Callable[[Layer], bool]) -> Document:
        """``document`` without the earlier finds of the ``same`` kind, for new ones to take their place: those that
        nobody has worked on, or is just working on.
        """
        for layer in document.layers:
            if same(layer) and not layer.worked_on and not self._in_hand(layer):
                document = document.remove(layer.id)
        return document

    def _in_hand(self, layer: Layer) -> bool:
        """Whether work on a layer is under way that the document does not show yet."""
        return any(job.lane.startswith(f"layer {layer.id} ") for job in self.runner.jobs)

    def _edit(self, layer_id: int, label: str, merge: str = "", **fields: object) -> None:
        document = self._required()
        layer = document.layer(layer_id)
        if layer is not None and any(getattr(layer, name) != value for name, value in fields.items()):
            self.commit(document.put(layer.changed(**fields)), label, merge)


def user() -> str:
    """The name of whoever runs this, as the system knows it; empty where it knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in some containers
        return ""
