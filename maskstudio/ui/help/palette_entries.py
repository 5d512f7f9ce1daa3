"""The entries of the command palette: actions, recent files, closed documents, and numbers of the panels."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QWidget

from maskstudio import paths
from maskstudio.journal.closed import Closed
from maskstudio.names import path_of, shown
from maskstudio.ui.registry.entry import WHY_NOT
from maskstudio.ui.registry.table import BY_ID
from maskstudio.ui.widgets.fuzzy import score
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.number import NumberField

_RECENT = 5.0  # highest bonus in the score for recent use
_NUMBER = re.compile(r"^(?P<words>\D*?)[\s:=]*(?P<number>[-+]?\d+(?:[.,]\d+)?)\s*(?:px|%|°)?$")
_PICTURED = 100  # number of closed documents shown with a picture
_SHARES = {"also": 0.8, "menu": 0.5, "tip": 0.4}  # weight of a fit in other words than the title


def _tr(text: str) -> str:
    return QCoreApplication.translate("palette", text)


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """A row of the palette. ``reason`` says why it cannot run now; such a row is shown but does nothing."""

    id: str
    title: str
    place: str
    run: Callable[[], object]
    key: str = ""
    picture: QIcon = field(default_factory=QIcon)
    tip: str = ""
    also: str = ""
    reason: str = ""


def commands(actions: dict[str, QAction]) -> list[PaletteEntry]:
    """An entry for each action, in the order of the menus."""
    return [_command(action) for name, action in actions.items() if name in BY_ID and name != "edit.commands"]


def _command(action: QAction) -> PaletteEntry:
    """An action as an entry, with its first key and, if it is disabled, the reason."""
    spec = BY_ID[action.objectName()]
    keys = action.shortcuts()
    return PaletteEntry(
        id=spec.id,
        title=action.text(),
        place=" – ".join(QCoreApplication.translate("actions", part) for part in (spec.menu, spec.submenu) if part),
        run=action.trigger,
        key=keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else "",
        picture=action.icon(),
        tip=QCoreApplication.translate("actions", spec.tip),
        also=QCoreApplication.translate("actions", spec.also),
        reason="" if action.isEnabled() else _tr(WHY_NOT.get(spec.when, "Not now.")),
    )


def recent_files(recent: Iterable[str], open_file: Callable[[Path], object]) -> list[PaletteEntry]:
    """An entry for each file that still exists."""
    return [
        PaletteEntry(
            id=f"recent:{shown(text)}",
            title=_tr("Open {}").format(shown(path_of(text).name)),
            place=_tr("Recent file"),
            run=partial(open_file, path_of(text)),
            picture=icon("image"),
            tip=shown(path_of(text).parent),
            also=shown(text),
        )
        for text in recent
        if paths.is_file(path_of(text))
    ]


class Reopenable(Protocol):
    """The closed documents, as the palette lists them."""

    @property
    def known(self) -> Sequence[Closed]: ...  # noqa: D102
    def reopen(self, one: Closed) -> None: ...  # noqa: D102
    def picture(self, one: Closed) -> QIcon: ...  # noqa: D102
    def facts(self, one: Closed) -> str: ...  # noqa: D102


def closed_documents(documents: Reopenable) -> list[PaletteEntry]:
    """An entry for each closed document that can be reopened; the first few have a small picture."""
    return [
        PaletteEntry(
            id=f"closed:{one.folder.name}",
            title=_tr("Reopen {}").format(one.name),
            place=_tr("Closed document"),
            run=partial(documents.reopen, one),
            picture=documents.picture(one) if number < _PICTURED else icon("image"),
            tip=documents.facts(one),
        )
        for number, one in enumerate(documents.known)
    ]


def numbers(query: str, window: QWidget) -> list[PaletteEntry]:
    """For a query such as "padding 10": an entry that sets the number, for each field in the window that fits."""
    typed = _NUMBER.match(query.strip())
    if typed is None or not typed["words"].strip():
        return []
    fields = window.findChildren(NumberField)
    found = [(score(typed["words"], f"{each.accessibleName()} {each.objectName()}"), each) for each in fields]
    found = [(fit, each) for fit, each in found if fit > 0 and each.accessibleName()]
    return [_number(each, typed["number"]) for _, each in sorted(found, key=lambda pair: -pair[0])][:3]


def _number(each: NumberField, text: str) -> PaletteEntry:
    """An entry that sets the field to the number in ``text``, brought into the field's range."""
    value = min(max(each.valueFromText(text), each.minimum()), each.maximum())
    shown = f"{each.textFromValue(value)}{each.suffix()}"
    off = not each.isEnabled()
    return PaletteEntry(
        id=f"number:{each.objectName()}",
        title=_tr("Set {} to {}").format(each.accessibleName(), shown),
        place=_tr("Number"),
        run=partial(each.setValue, value),
        picture=icon("check"),
        tip=each.accessibleDescription(),
        reason=_tr("It has no effect now.") if off else "",
    )


def ranked(query: str, entries: Iterable[PaletteEntry], recent: list[str]) -> list[PaletteEntry]:
    """The entries that fit ``query``, best first; without a query all of them, the recent ones first."""
    every = list(entries)
    if not query.strip():
        lately = [entry for name in recent for entry in every if entry.id == name]
        return lately + [entry for entry in every if entry not in lately]
    found = [(fit, entry) for entry in every if (fit := _fit(query, entry, recent)) > 0]
    return [entry for _, entry in sorted(found, key=lambda pair: -pair[0])]


def _fit(query: str, entry: PaletteEntry, recent: list[str]) -> float:
    texts = {"also": f"{entry.title} {entry.also}", "menu": f"{entry.place} {entry.title}"}
    fits = [score(query, entry.title), *(score(query, text) * _SHARES[name] for name, text in texts.items())]
    if all(word in entry.tip.lower() for word in query.lower().split()):
        fits.append(score(query, entry.tip) * _SHARES["tip"])
    best = max(fits)
    if best <= 0:
        return 0.0
    lately = _RECENT / (1 + recent.index(entry.id)) if entry.id in recent else 0.0
    return best + lately - (2.0 if entry.reason else 0.0)
