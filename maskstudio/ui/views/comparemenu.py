"""The menu of what a document can be compared with, filled anew whenever it opens."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from maskstudio.ui.views.comparison import Compared, Comparison, Earlier, LayerAlone, OtherTab

_STEPS = 40  # the latest steps; the panel of the history has all
_LETTERS = 48


class CompareMenu(QMenu):
    """The menu. ``choose(choice)`` is called with the user's choice."""

    def __init__(self, comparison: Comparison, choose: Callable[[Compared], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("compareMenu")
        self._comparison, self._choose = comparison, choose
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Fill the menu with the present choices."""
        self.clear()
        tab, chosen = self._comparison.tab, self._comparison.choice
        document = tab.session.document if tab is not None else None
        if tab is None or document is None:
            return
        self._add(self, self.tr("Photo"), None, on=chosen is None)
        layers, steps, photos = (
            self.addMenu(text) for text in (self.tr("Layer"), self.tr("Step"), self.tr("Open Photo"))
        )
        for layer in reversed(document.layers):
            choice = LayerAlone(layer.id)
            self._add(layers, document.called(layer), choice, on=chosen == choice)
        history = tab.session.history
        numbered = list(enumerate(history.steps, start=1)) if history is not None else []
        for number, step in reversed(numbered[-_STEPS:]):
            name = step_name(number, step.label)
            on = isinstance(chosen, Earlier) and chosen.document is step.document
            self._add(steps, name, Earlier(name, step.document), on=on)
        for other in self._comparison.others():
            on = isinstance(chosen, OtherTab) and chosen.tab is other
            self._add(photos, other.title, OtherTab(other), on=on)
        for menu in (layers, steps, photos):
            menu.setEnabled(not menu.isEmpty())
        if photos.isEmpty():
            photos.menuAction().setToolTip(self.tr("No other open photo has this size."))

    def _add(self, menu: QMenu, text: str, choice: Compared, *, on: bool) -> None:
        action = menu.addAction(_fitting(text))
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(partial(self._choose, choice))


def step_name(number: int, label: str) -> str:
    """The name of a step of the history in a comparison; the first is 1."""
    return f"{number}. {label}"


def _fitting(text: str) -> str:
    """As a line of a menu: not too long, and "&" meant as it is."""
    return (text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…").replace("&", "&&")
