"""What the canvas compares with: the photo, a layer alone, a step of the history, or another open photo of its size.

Comparing changes no document. Only this module decides what takes the place of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from maskstudio.core.document import Document
    from maskstudio.ui.canvas.pane import CompareView
    from maskstudio.ui.files.tabs import Tab
    from maskstudio.ui.views.edgeview import EdgeView


@dataclass(frozen=True, slots=True)
class LayerAlone:
    """A layer alone; the result then shows the active layer alone, unless it is the same one."""

    layer: int


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """A step of the history, kept even if the history drops it."""

    name: str
    document: Document


@dataclass(frozen=True, slots=True, eq=False)
class OtherTab:
    """The document of another tab, in its present state."""

    tab: Tab


Compared = LayerAlone | Earlier | OtherTab | None  # None is the photo


class Comparison(QObject):
    """What each tab is compared with. Call ``follow`` after every change of a document; it makes nothing twice.

    ``difference`` and ``swapped`` say whether the difference, or the other side, replaces the result. ``beside`` says
    whether both sides are shown, by a divider or in two panes.
    """

    changed = Signal()  # the choice, or what is shown in place of the result

    def __init__(
        self,
        compare: CompareView,
        edge: EdgeView,
        tabs: Callable[[], list[Tab]],
        beside: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """Make a comparison with the photo for every tab; it follows ``edge``."""
        super().__init__(parent)
        self._compare, self._canvas, self._edge, self._tabs, self._beside = compare, compare.canvas, edge, tabs, beside
        self._choices: WeakKeyDictionary[Tab, Compared] = WeakKeyDictionary()
        self._alone: dict[int, tuple[Document, Document]] = {}  # by layer: its document, and that layer alone
        self._tab: Tab | None = None
        self._shown: tuple[object, ...] = ()
        self._earlier: tuple[Document, Document] | None = None  # a step's document, and a copy that history won't strip
        self._glancing = False
        self.difference = self.swapped = False
        edge.followed.connect(self.follow)

    @property
    def tab(self) -> Tab | None:
        """The tab in front."""
        return self._tab

    @property
    def choice(self) -> Compared:
        """What the document in front is compared with."""
        return self._choices.get(self._tab) if self._tab is not None else None

    def choose(self, choice: Compared) -> None:
        """Compare the document in front with ``choice``."""
        if self._tab is not None:
            self._choices[self._tab] = choice
            self.follow()

    def others(self) -> list[Tab]:
        """The tabs whose photo has the size of the one in front, and so can be compared with it."""
        here = self._tab.session.document if self._tab is not None else None
        return [tab for tab in self._tabs() if tab is not self._tab and here is not None and _size(tab) == here.size]

    def show(self, tab: Tab) -> None:
        """Take over the tab in front; the comparison follows when its edge has been followed."""
        if tab is not self._tab:
            self._tab, self.swapped = tab, False

    def show_difference(self, *, shown: bool) -> None:
        """Show or hide, in place of the result, where both sides differ."""
        self.difference = shown
        self.follow()

    def swap(self, *, swapped: bool) -> None:
        """Show the other side in place of the result, or the result."""
        self.swapped = swapped
        self.follow()

    def glance(self, held: bool) -> None:
        """Show the photo alone while ``held``."""
        self._glancing = held
        self.follow()

    @property
    def _shows_photo(self) -> bool:
        return self._glancing or (self.swapped and self.choice is None)

    @property
    def difference_on_show(self) -> bool:
        """Whether the difference is shown, and nothing that takes precedence over it."""
        return self.difference and not self.swapped and self._edge.original is None

    @property
    def names(self) -> tuple[str, str]:
        """The names of the other side and of the result; empty for the photo and for the document as it is."""
        document = self._tab.session.document if self._tab is not None else None
        choice = self.choice
        if document is None or choice is None:
            return "", ""
        if isinstance(choice, LayerAlone):
            layer, active = document.layer(choice.layer), document.layer(document.active)
            mine = document.called(active) if active is not None and active is not layer else ""
            return (document.called(layer) if layer else ""), mine
        return (choice.name if isinstance(choice, Earlier) else choice.tab.title), ""

    def follow(self) -> None:
        """Show the present comparison on the canvas."""
        document = self._tab.session.document if self._tab is not None else None
        there = self._there(document)
        if self._tab is not None and there is None:  # the layer or the tab is gone, or the size has changed
            self._choices.pop(self._tab, None)
        self.difference = self.difference and there is not None
        names = self.names
        self._canvas.divider.set_names(*names)
        self._canvas.compared.set_other(there)
        self._canvas.compared.hold_original(self._shows_photo)
        self._canvas.compared.set_stand_in(*self._in_place(document, there))
        self._compare.pane.say(names[0])
        if self.swapped:
            self._canvas.caption.say(names[0] or self.tr("Photo"))
        else:
            apart = there is not None and self._compare.side_by_side
            self._canvas.caption.say((names[1] or self.tr("Result")) if apart else "")
        shown = self.choice, names, self.difference, self.swapped
        if shown != self._shown:
            self._shown = shown
            self.changed.emit()

    def _there(self, document: Document | None) -> Document | None:
        """The document of the other side; None for the photo, and if the choice no longer exists."""
        choice = self.choice
        if document is None or choice is None:
            return None
        if isinstance(choice, LayerAlone):
            return self._layer(document, choice.layer)
        if isinstance(choice, Earlier):
            return self._step(document, choice.document)
        return choice.tab.session.document if choice.tab in self.others() else None

    def _in_place(self, document: Document | None, there: Document | None) -> tuple[Document | None, Document | None]:
        """The document in place of the result, and the one its difference is shown against; None for neither."""
        if self._edge.original is not None:
            return self._edge.original, None
        if document is None or there is None:
            return None, None
        here, choice = document, self.choice
        if isinstance(choice, LayerAlone) and choice.layer != document.active:
            here = self._layer(document, document.active) or document
        if self.swapped:
            return there, None
        if self.difference:
            return here, there
        return (here if here is not document and self._beside() else None), None

    def _step(self, document: Document, step: Document) -> Document | None:
        """A step's document; tiles it shares with the present one are not combined again."""
        if step.size != document.size:
            return None
        if self._earlier is None or self._earlier[0] is not step:
            step.recall(document)
            self._earlier = step, step.changed()
        return self._earlier[1]

    def _layer(self, document: Document, layer: int | None) -> Document | None:
        """A document in which only this layer counts."""
        if layer is None or document.layer(layer) is None:
            return None
        known = self._alone.get(layer)
        if known is None or known[0] is not document:
            self._alone = {name: each for name, each in self._alone.items() if each[0] is document}
            known = self._alone[layer] = document, document.changed(solo=layer)
        return known[1]


def _size(tab: Tab) -> tuple[int, int] | None:
    document = tab.session.document
    return document.size if document is not None else None
