"""Work that a killed editor left behind: it is looked for at the start and offered above the stage."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from maskstudio.core.underway import sweep
from maskstudio.journal import recovery
from maskstudio.journal.recovery import Recoverable
from maskstudio.ui.files.recovery_offer import RecoveryOffer
from maskstudio.ui.files.tabs import Tabs


def _left_behind() -> list[Recoverable]:
    """Remove the temporary files of a killed editor and return the work it left."""
    sweep()
    return recovery.recoverable()


class LostWork(QObject):
    """Offers lost work: ``offer`` is the widget above the stage; ``tidy`` is called with each search of the disk."""

    def __init__(self, parent: QObject, tabs: Tabs, tidy: Callable[[], object]) -> None:
        super().__init__(parent)
        self._tabs, self._tidy = tabs, tidy
        self.offer = RecoveryOffer()
        self.offer.continued.connect(self._go_on)
        self.offer.discarded.connect(recovery.discard)
        self._begin = QTimer(self, singleShot=True, interval=0)
        self._begin.timeout.connect(self.look)

    def begin(self) -> None:
        """Look for lost work as soon as the window has time."""
        self._begin.start()

    def stop(self) -> None:
        """Stop: the window closes."""
        self._begin.stop()

    def look(self) -> None:
        """Search the disk, on a thread, for what a killed editor has left behind, and offer it."""
        self._tabs.front.session.runner.start(
            "Look for lost work",
            lambda _token: _left_behind(),
            self.offer.show_found,
            lane="recoverable",
            quiet=True,
        )
        self._tidy()

    def _go_on(self, one: Recoverable) -> None:
        tab = self._tabs.fresh()
        tab.opening = Path(one.name)
        tab.session.opening.recover(one)
