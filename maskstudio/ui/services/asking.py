"""What the window does when work is to leave this machine: ask, remember, offer a way on, and tell what came home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from maskstudio import settings as stored
from maskstudio.core.geometry import EMPTY
from maskstudio.errors import Busy, CapReached, KeyNeeded, MaskStudioError, PaymentNeeded, Unreachable
from maskstudio.services import accounts
from maskstudio.services.departure import Departure
from maskstudio.session.sending import Go
from maskstudio.ui.keys.keymap import shown

if TYPE_CHECKING:
    from maskstudio.core.image import Image
    from maskstudio.session.session import Session
    from maskstudio.ui.services.departuresheet import DepartureSheet
    from maskstudio.ui.services.elsewhere import Elsewhere
    from maskstudio.ui.widgets.notice import NoticeButton
    from maskstudio.ui.window.window import MainWindow

_WHERE = "where"  # in the remembered values of a panel
_HOSTED = ("adobe", "server402", "alibaba")  # services that take links only
_AWAIT = (PaymentNeeded, Busy, Unreachable, CapReached)  # what need not keep the user waiting


def _said(text: str) -> str:
    return QCoreApplication.translate("sending", text)


class Sending:
    """Belongs to ``window``; ``equip`` every session, and ``attend`` once the panels are there."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.sheet: DepartureSheet | None = None  # while it is open

    def equip(self, session: Session) -> None:
        """Give a new session the user's accounts, and a way to ask for their word."""
        session.account = lambda name: accounts.account(self._window.settings, name)
        session.consent = lambda departure, go: self._ask(session, departure, go)
        session.stranded = lambda departure, error: self._stranded(session, departure, error)
        session.arrived = lambda departure, note: self._arrived(session, departure, note)
        session.homeless = lambda departure, sentence: self._homeless(departure, sentence)
        session.owing = lambda: self._window.jobs_panel.owed.refresh()

    def attend(self) -> None:
        """Let the panels run where they ran last, and remember where they are told to."""
        for name, elsewhere in self._panels().items():
            elsewhere.choose(str(self._window.settings.forms.get(name, {}).get(_WHERE, "")))
            elsewhere.switched.connect(partial(self._remember, name))
            elsewhere.where.accountRequested.connect(self.open_account)
            elsewhere.where.resumed.connect(self.refresh)

    def refresh(self) -> None:
        """An account or a key has changed, or a queue goes on."""
        for elsewhere in self._panels().values():
            if elsewhere.name:
                elsewhere.where.look_up()

    def open_account(self, name: str) -> None:
        """Show the account at a service in the preferences."""
        self._window.habits.open_preferences().open_account(name)

    def _panels(self) -> dict[str, Elsewhere]:
        panels = self._window.detect_panel, self._window.refine_panel
        return {panel.objectName(): panel.elsewhere for panel in panels}

    def _remember(self, panel: str, name: str) -> None:
        settings = self._window.settings
        settings.forms = {**settings.forms, panel: {**settings.forms.get(panel, {}), _WHERE: name}}
        stored.save(settings)

    # Asking

    def _ask(self, session: Session, departure: Departure, go: Go) -> None:
        from maskstudio.ui.services.departuresheet import DepartureSheet

        if self.sheet is not None:
            return
        window = self._window
        in_sight = window.canvas.visible if session is window.session else EMPTY
        sheet = self.sheet = DepartureSheet(window, session, departure, in_sight)
        sheet.agreed.connect(partial(self._agreed, session, go))
        sheet.accountRequested.connect(self._open_lacking)
        sheet.finished.connect(self._closed)
        sheet.open()

    def _open_lacking(self, service: str) -> None:
        """Show the account in which something is missing: where links are wanted and no bucket is named, hosting."""
        hosted = service in _HOSTED and not accounts.account(self._window.settings, "hosting").to_wire()["bucket"]
        self.open_account("hosting" if hosted else service)

    def _closed(self) -> None:
        self.sheet = None

    def _agreed(self, session: Session, go: Go, departure: Departure, asks_again: bool) -> None:
        settings = self._window.settings
        if not asks_again:
            account = accounts.account(settings, departure.service)
            accounts.keep(settings, departure.service, replace(account, ask_first=False))  # type: ignore[call-arg]
            stored.save(settings)
        try:
            go(departure)
        except MaskStudioError as error:
            session.failed(error)
        for elsewhere in self._panels().values():
            elsewhere.where.refresh()  # a paused queue goes on with it

    # What became of it

    def _stranded(self, session: Session, departure: Departure, error: MaskStudioError) -> None:
        offer: NoticeButton | None = None
        if session.document is None:  # its tab was closed: there is nothing to try again with
            if error.again and departure.photo is not None:
                self._window.owed.tell(f"{departure.photo.name}: {error}")
                self._window.jobs_panel.owed.refresh()
                return
        elif error.again:
            offer = _said("Fetch it"), partial(self._fetch, session, error.again)
        elif isinstance(error, KeyNeeded):
            offer = _said("Account…"), partial(self.open_account, departure.service)
        elif isinstance(error, _AWAIT) and (verb := self._here(session, departure)):
            offer = _said("Run here instead"), verb
        self._window.show_failure(session, error, offer)

    def _fetch(self, session: Session, identity: str) -> None:
        if session.document is not None:
            session.fetch_result(identity)
        else:
            session.told(_said("Open the photo first that the result is of."))

    def _homeless(self, departure: Departure, sentence: str) -> None:
        """What came for a closed document goes to a tab in which its photo was opened again; else it is said."""
        for tab in self._window.tabs.open:
            document = tab.session.document
            if document is not None and departure.photo is not None and _same(document.image, departure.photo):
                tab.session.fetch_result(departure.identity)
                return
        self._window.owed.tell(sentence)
        self._window.jobs_panel.owed.refresh()

    def _here(self, session: Session, departure: Departure) -> Callable[[], object] | None:
        """What does the same on this machine; None where nothing does."""
        window = self._window
        if departure.operation in ("detect", "objects"):
            return partial(window.detect_panel.detect_here, session)
        if departure.operation == "cutout":
            return partial(window.detect_panel.remove_background_here, session)
        if departure.operation == "refine" and departure.layer is not None:
            return partial(window.refine_panel.refine_here, session, departure.layer)
        return None

    def _arrived(self, session: Session, departure: Departure, note: str) -> None:
        told = " ".join(part for part in (note, self._beside(session, departure)) if part)
        held = session.paused(departure.service)
        if held and held in note:  # it was billed far above its price: that must not pass unseen
            go_on = _said("Go on"), partial(self._go_on, session, departure.service)
            self._window.notice.show_sentence(held, "warning", *go_on)
            self.refresh()
        elif told:
            session.told(told)

    def _go_on(self, session: Session, service: str) -> None:
        session.resume_queue(service)
        self.refresh()

    def _beside(self, session: Session, departure: Departure) -> str:
        """How to look at the local answer beside this one; nothing where there is none."""
        pair, document = session.rivals, session.document
        layer = document.layer(pair[0][0]) if pair and document else None
        if layer is None or layer.origin is None or layer.origin.params.get("job") != departure.identity:
            return ""
        if keys := self._window.habits.keymap.keys("view.blink"):
            text = _said("{}'s answer is shown; press {} to blink to the local one.")
            return text.format(departure.title, shown(keys[0]))
        return _said("{}'s answer is shown; Blink in the View menu shows the local one.").format(departure.title)


def _same(one: Image, other: Image) -> bool:
    """Whether two photos show the same, pixel by pixel; those of other names are not looked at."""
    if one.name != other.name or (one.width, one.height) != (other.width, other.height):
        return False
    return one is other or np.array_equal(one.pixels, other.pixels)
