"""What is under the pointer: told at once, or now and then while a stroke is made or the view is dragged."""

from PySide6.QtCore import QObject, QTimer, Signal

from maskstudio.ui.canvas.compared import ComparedWith
from maskstudio.ui.canvas.contents import Contents
from maskstudio.ui.canvas.strokes import Strokes
from maskstudio.ui.canvas.viewport import Viewport

_PAUSE = 50  # ms between two ``over`` signals during a stroke or while the view is dragged


class Hover(QObject):
    """Tells which pixel of the image the pointer of ``strokes`` is over."""

    over = Signal(int, int, int)  # column, row, alpha under the pointer
    left = Signal()  # the pointer is not on the image any more

    def __init__(self, view: Viewport, contents: Contents, compared: ComparedWith, strokes: Strokes) -> None:
        """Tell nothing until the pointer, the view or the document changes."""
        super().__init__(strokes)
        self._view, self._contents, self._compared, self._strokes = view, contents, compared, strokes
        self._later = QTimer(self, singleShot=True, interval=_PAUSE)
        self._later.timeout.connect(self.tell)

    def follow(self) -> None:
        """Tell what is under the pointer: now, or soon if it draws or pans."""
        if not self._strokes.busy:
            self.tell()
        elif not self._later.isActive():
            self._later.start()

    def tell(self) -> None:
        """Emit ``over`` with column, row and alpha of the pixel under the pointer, or ``left`` off the image."""
        at = self._strokes.at
        if at is None:
            return
        pixel, shown, live = self._view.pixel_at(at), self._compared.result, self._contents.live
        if shown is None or not shown.document.frame.holds(*pixel):
            self.left.emit()
        else:
            self.over.emit(*pixel, live.at(*pixel) if live else shown.document.alpha[pixel])
