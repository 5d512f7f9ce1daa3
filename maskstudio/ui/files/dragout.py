"""A button from which the cut-out is dragged into another program."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QPushButton, QWidget

from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.session.session import Session
from maskstudio.ui.files.copied_cutout import Parcel
from maskstudio.ui.widgets.typed_text import hand_over

_PICTURE = QSize(120, 120)


class DragOut(QPushButton):
    """A button that writes what ``params`` and ``written`` say at a press, and drags the file once it is ready."""

    def __init__(
        self,
        session: Session,
        params: Callable[[], ExportParams],
        written: Callable[[], CutoutParams],
        parent: QWidget | None = None,
    ) -> None:
        """Make the button; ``written`` says what is put behind the cut-out, or that the mask alone is wanted."""
        super().__init__(self.tr("Drag out"), parent)
        self.setObjectName("dragOut")
        self.setToolTip(self.tr("Hold and drag what would be exported, a PNG, into another program."))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._session, self._params, self._written = session, params, written
        self._from: QPoint | None = None
        self._ready: Parcel | None = None

    def follow(self, session: Session) -> None:
        """Drag the cut-out of another document's session."""
        self._session, self._ready = session, None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to write the file."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._session.document:
            hand_over()
            self._from, self._ready = event.position().toPoint(), None
            self._session.clipboard.hand_out(
                self._params(),
                merged=True,
                prepare=Parcel.of,
                done=self._have,
                written=self._written(),
                lane="drag",
            )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Start the drag once the file is ready."""
        moved = self._from is not None and (event.position().toPoint() - self._from).manhattanLength()
        if moved and moved >= QGuiApplication.styleHints().startDragDistance() and self._ready:
            self._drag(self._ready)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the press without a drag."""
        super().mouseReleaseEvent(event)
        self._from = None

    def _have(self, parcel: Parcel) -> None:
        self._ready = parcel
        if self._from is not None and not self.rect().contains(self.mapFromGlobal(self.cursor().pos())):
            self._drag(parcel)

    def _drag(self, parcel: Parcel) -> None:
        self._from = self._ready = None
        self.setDown(False)
        drag = QDrag(self)
        drag.setMimeData(parcel.mime())
        drag.setPixmap(_picture(parcel.image))
        drag.exec(Qt.DropAction.CopyAction)


def _picture(image: QImage) -> QPixmap:
    return QPixmap.fromImage(image.scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio))
