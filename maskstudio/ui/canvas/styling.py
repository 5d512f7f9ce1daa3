"""In which style each side is painted: the style the user has chosen, and what becomes of it.

A photo in which nothing is selected is shown as it is, and so is the photo on the other side of a comparison.
"""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Document
from maskstudio.ui.canvas.compared import ComparedWith
from maskstudio.ui.canvas.contents import Contents, OnShow
from maskstudio.ui.canvas.style import CUTS, Mode, Style

_SQUARE = 8  # logical pixels of a checkerboard square


class Styling(QObject):
    """The styles of the result and of what it is compared with, for the screen that ``widget`` is on."""

    changed = Signal()  # another style has been chosen
    surroundChanged = Signal()  # noqa: N815
    restyled = Signal()  # the result may look different: the style, the stand-in, or the original is another

    def __init__(self, widget: QWidget, contents: Contents, compared: ComparedWith) -> None:
        """Begin with the style of a new ``Style``."""
        super().__init__(widget)
        self._widget, self._contents, self._compared = widget, contents, compared
        self._style = Style()
        self._surround: QColor | None = None
        self._worn: dict[tuple[Mode, int, bool], Style] = {}  # the styles ``dressed`` has made

    @property
    def style(self) -> Style:
        """The style that has been chosen, whether or not the original is held."""
        return self._style

    def set_style(self, style: Style) -> None:
        """Use another style, its mode included."""
        if style != self._style:
            self._style = style
            self._worn.clear()
            self.changed.emit()
            self.restyled.emit()

    @property
    def mode(self) -> Mode:
        """The view mode that has been chosen."""
        return self._style.mode

    @property
    def on_show(self) -> Style:
        """The style the result is painted in: that of the bare photo while the original is held."""
        return self.of_photo if self._compared.original else self.of_result

    @property
    def of_result(self) -> Style:
        """The style of the result, whether or not the original is held in front of it."""
        return self.dressed(self.result_mode)

    @property
    def of_photo(self) -> Style:
        """The style of the bare photo."""
        return self.dressed("image", bare=True)

    @property
    def beside(self) -> Style:
        """The style of the other side: another document is shown like the result, the photo bare."""
        other = self._compared.other
        return self.of_photo if other is None else self.dressed(self.mode_for(other.document), bare=True)

    @property
    def result_mode(self) -> Mode:
        """The mode the result is shown in: the photo alone until something is selected."""
        stand_in, now = self._compared.stand_in, self._contents.now
        if now is None or now.live:
            return self.mode if now is None else self._possible(now.document)
        return self.mode_for(now.document if stand_in is None else stand_in.document)

    def changes(self, before: OnShow) -> bool:
        """Whether the result was shown in another mode when ``before`` was on show."""
        if self._compared.stand_in is not None:
            return False
        was = self._possible(before.document) if before.live else self.mode_for(before.document)
        return was != self.result_mode

    def mode_for(self, document: Document) -> Mode:
        """The mode of the view, or the photo alone for a document in which nothing is selected.

        A photo without layers is not tinted, and an empty mask makes no cut-out to put on a background. Where no two
        models differ there is no doubt to be shown, and the overlay is.
        """
        mode = self._possible(document)
        bare = not document.alpha.tiles if mode in CUTS else mode == "overlay" and not document.layers
        return "image" if bare else mode

    def _possible(self, document: Document) -> Mode:
        """The mode of the view, or the overlay for a document without the doubt that it shows."""
        return "overlay" if self.mode == "doubt" and not document.doubtful else self.mode

    def dressed(self, mode: Mode, *, bare: bool = False) -> Style:
        """The chosen style in another mode, with squares of the screen's size; ``bare`` without a trimap."""
        key = mode, round(_SQUARE * self._widget.devicePixelRatioF()), bare
        style = self._worn.get(key)
        if style is None:
            style = replace(self._style, mode=mode, square=key[1], bare=bare or self._style.bare)
            self._worn[key] = style
        return style

    @property
    def surround(self) -> QColor:
        """The colour around the image."""
        if self._surround is not None:
            return self._surround
        value = self._widget.palette().color(QPalette.ColorRole.Window).lightness()
        grey = value + 16 if value < 128 else value - 40
        return QColor(grey, grey, grey)

    def set_surround(self, colour: QColor | None) -> None:
        """Set the colour around the image; None takes a neutral grey that goes with the palette."""
        self._surround = colour
        self.surroundChanged.emit()
