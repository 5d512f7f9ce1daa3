"""Work that leaves this machine, as the window sees it: ask first, remember, offer a way on, report the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QCoreApplication

from maskstudio import settings as stored
from maskstudio.core.geometry import EMPTY
from maskstudio.errors import Busy, CapReached, KeyNeeded, MaskStudioError, PaymentNeeded, Unreachable
from maskstudio.services import accounts, directory
from maskstudio.services.departure import Departure
from maskstudio.session.sending import Go
from maskstudio.ui.keys.keymap import shown

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from maskstudio.core.geometry import Rect
    from maskstudio.core.image import Image
    from maskstudio.session.session import Session
    from maskstudio.ui.files.tabs import Tabs
    from maskstudio.ui.services.departuresheet import DepartureSheet
    from maskstudio.ui.services.elsewhere import Elsewhere
    from maskstudio.ui.widgets.notice import Notice, NoticeButton

_WHERE = "where"  # in the remembered values of a panel
_AWAIT = (PaymentNeeded, Busy, Unreachable, CapReached)  # errors after which the work can run on this machine instead


def _said(text: str) -> str:
    return QCoreApplication.translate("OutgoingWork", text)


class Panel(Protocol):
    """A panel whose work may run at a service."""

    elsewhere: Elsewhere

    def objectName(self) -> str: ...  # noqa: D102

    def run_here(self, session: Session, departure: Departure) -> Callable[[], object] | None:
        """A verb that does the same on this machine; None if the panel has none."""


class OutgoingWork:
    """The window's side of every service. ``attend`` connects it to its ``panels`` once their forms are restored.

    ``in_sight`` gives the visible part of the photo in front, px; ``open_account`` shows the account at a service;
    ``keys_of`` gives the keys of an action id; ``keep`` shows a sentence on a paid result until it is read; ``fail``
    reports an error, with a button that offers a way on.
    """

    def __init__(
        self,
        parent: QWidget,
        settings: stored.Settings,
        tabs: Tabs,
        notice: Notice,
        panels: Sequence[Panel],
        *,
        in_sight: Callable[[], Rect],
        open_account: Callable[[str], object],
        keys_of: Callable[[str], Sequence[str]],
        keep: Callable[[str], object],
        fail: Callable[[Session, MaskStudioError, NoticeButton | None], object],
    ) -> None:
        """Keep what the window gives it; it does nothing before ``attend``."""
        self._parent, self._settings, self._tabs, self._notice, self._panels = parent, settings, tabs, notice, panels
        self._in_sight, self._open_account, self._keys_of = in_sight, open_account, keys_of
        self._keep, self._fail = keep, fail
        self.sheet: DepartureSheet | None = None  # while it is open

    def attend(self) -> None:
        """Let the panels run where they ran last, and remember every change of that."""
        for panel in self._panels:
            name, elsewhere = panel.objectName(), panel.elsewhere
            elsewhere.choose(str(self._settings.forms.get(name, {}).get(_WHERE, "")))
            elsewhere.switched.connect(partial(self._remember, name))
            elsewhere.where.accountRequested.connect(self._open_account)
            elsewhere.where.resumed.connect(self.refresh)

    def refresh(self) -> None:
        """Look up the chosen services again, after a change of an account or a key, or a resumed queue."""
        for panel in self._panels:
            if panel.elsewhere.name:
                panel.elsewhere.where.look_up()

    def _remember(self, panel: str, name: str) -> None:
        settings = self._settings
        settings.forms = {**settings.forms, panel: {**settings.forms.get(panel, {}), _WHERE: name}}
        stored.save(settings)

    # Asking

    def ask(self, session: Session, departure: Departure, go: Go) -> None:
        """Ask on a sheet whether this may leave the machine; ``go`` sends it off."""
        from maskstudio.ui.services.departuresheet import DepartureSheet

        if self.sheet is not None:
            return
        in_sight = self._in_sight() if session is self._tabs.front.session else EMPTY
        sheet = self.sheet = DepartureSheet(self._parent, session, departure, in_sight)
        sheet.agreed.connect(partial(self._agreed, session, go))
        sheet.accountRequested.connect(self._open_lacking)
        sheet.finished.connect(self._closed)
        sheet.open()

    def _open_lacking(self, service: str) -> None:
        """Show the account in which something is missing: where links are wanted and no bucket is named, hosting."""
        hosting = accounts.account(self._settings, "hosting")
        hosted = directory.service(service).takes_links and not hosting.to_wire()["bucket"]
        self._open_account("hosting" if hosted else service)

    def _closed(self) -> None:
        self.sheet = None

    def _agreed(self, session: Session, go: Go, departure: Departure, asks_again: bool) -> None:
        """Send ``departure`` off with ``go``; remember first if the user does not want to be asked again."""
        settings = self._settings
        if not asks_again:
            account = accounts.account(settings, departure.service)
            accounts.keep(settings, departure.service, replace(account, ask_first=False))  # type: ignore[call-arg]
            stored.save(settings)
        try:
            go(departure)
        except MaskStudioError as error:
            session.failed(error)
        for panel in self._panels:
            panel.elsewhere.where.refresh()  # a paused queue goes on with it

    # Results

    def stranded(self, session: Session, departure: Departure, error: MaskStudioError) -> None:
        """Say why a result did not arrive, and offer a way on."""
        offer: NoticeButton | None = None
        if session.document is None:  # its tab is closed, so there is no photo to try again with
            if error.again and departure.photo is not None:
                self._keep(f"{departure.photo.name}: {error}")
                return
        elif error.again:
            offer = _said("Fetch it"), partial(self._fetch, session, error.again)
        elif isinstance(error, KeyNeeded):
            offer = _said("Account…"), partial(self._open_account, departure.service)
        elif isinstance(error, _AWAIT) and (verb := self._here(session, departure)):
            offer = _said("Run here instead"), verb
        self._fail(session, error, offer)

    def _fetch(self, session: Session, identity: str) -> None:
        if session.document is not None:
            session.services.owed.fetch(identity)
        else:
            session.told(_said("Open the photo first that the result is of."))

    def homeless(self, departure: Departure, sentence: str) -> None:
        """Fetch a result for a closed document into a tab that shows its photo again; without one, say ``sentence``."""
        for tab in self._tabs.open:
            document = tab.session.document
            if document is not None and departure.photo is not None and _same(document.image, departure.photo):
                tab.session.services.owed.fetch(departure.identity)
                return
        self._keep(sentence)

    def _here(self, session: Session, departure: Departure) -> Callable[[], object] | None:
        """A verb that does the same on this machine; None if there is none."""
        ways = (panel.run_here(session, departure) for panel in self._panels)
        return next((way for way in ways if way is not None), None)

    def arrived(self, session: Session, departure: Departure, note: str) -> None:
        """Say what the user should know about a result that arrived."""
        told = " ".join(part for part in (note, self._beside(session, departure)) if part)
        held = session.services.paused(departure.service)
        if held and held in note:  # it was billed far above its price, which the user must see
            go_on = _said("Go on"), partial(self._go_on, session, departure.service)
            self._notice.show_sentence(held, "warning", *go_on)
            self.refresh()
        elif told:
            session.told(told)

    def _go_on(self, session: Session, service: str) -> None:
        session.services.resume(service)
        self.refresh()

    def _beside(self, session: Session, departure: Departure) -> str:
        """A sentence on how to see the local answer beside this one; empty if there is none."""
        pair, document = session.rivals.pair, session.document
        layer = document.layer(pair[0][0]) if pair and document else None
        if layer is None or layer.origin is None or layer.origin.params.get("job") != departure.identity:
            return ""
        if keys := self._keys_of("view.blink"):
            text = _said("{}'s answer is shown; press {} to blink to the local one.")
            return text.format(departure.title, shown(keys[0]))
        return _said("{}'s answer is shown; Blink in the View menu shows the local one.").format(departure.title)


def equip(session: Session, settings: stored.Settings, outgoing: Callable[[], OutgoingWork]) -> None:
    """Give a new session the user's accounts, and the functions that ask for consent and report results."""
    session.services.access.account = lambda name: accounts.account(settings, name)
    session.services.consent = lambda departure, go: outgoing().ask(session, departure, go)
    session.services.stranded = lambda departure, error: outgoing().stranded(session, departure, error)
    session.services.arriving.arrived = lambda departure, note: outgoing().arrived(session, departure, note)
    session.services.arriving.homeless = lambda departure, sentence: outgoing().homeless(departure, sentence)


def _same(one: Image, other: Image) -> bool:
    """Whether two photos have the same name, size and pixels."""
    if one.name != other.name or (one.width, one.height) != (other.width, other.height):
        return False
    return one is other or np.array_equal(one.pixels, other.pixels)
