"""Work that a killed editor left behind: looked for at the start, offered above the stage, and gone on with."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from maskstudio.core.underway import sweep
from maskstudio.journal import recovery
from maskstudio.journal.recovery import Recoverable
from maskstudio.ui.files.recovery_offer import RecoveryOffer
from maskstudio.ui.files.tabs import Tabs


def _left_behind() -> list[Recoverable]:
    """What a killed editor left: its litter is removed, its work found."""
    sweep()
    return recovery.recoverable()


class LostWork(QObject):
    """``offer`` is the widget to put above the stage; ``tidy`` is called whenever the disk is looked through."""

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
        """The window goes."""
        self._begin.stop()

    def look(self) -> None:
        """Find out, on a thread, what a killed editor has left behind, and offer it."""
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
