"""The offer at the start: documents a killed editor left behind, to continue, to discard, or to decide later."""

from PySide6.QtCore import QDateTime, QEvent, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from maskstudio.journal.recovery import Recoverable
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.shortened import short

_THUMBNAIL = QSize(64, 48)  # logical px
_SIGN = QSize(24, 24)  # the icon shown without a picture
_SIGN_NAME = "recoverySign"
_SHOWN = 4  # documents shown at once; the others follow when these are dealt with


class RecoveryOffer(QFrame):
    """The offer, hidden until ``show_found``.

    Emits ``continued`` or ``discarded`` with a document, or ``later`` when the user puts the decision off: then
    everything is kept and offered again at the next start.
    """

    continued = Signal(object)
    discarded = Signal(object)
    later = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the offer, hidden and empty."""
        super().__init__(parent)
        self.setObjectName("recoveryOffer")
        self.setProperty("kind", "warning")
        self._found: list[Recoverable] = []
        self._sure: Recoverable | None = None  # the document that a second click discards
        self._title = title = QLabel()
        title.setObjectName("recoveryTitle")
        title.setWordWrap(True)
        self._later = QPushButton(self.tr("Later"))
        self._later.setObjectName("recoverLater")
        self._later.setToolTip(self.tr("Keep everything and ask again at the next start"))
        self._later.clicked.connect(self._put_off)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._later, alignment=Qt.AlignmentFlag.AlignTop)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._more = QLabel()
        self._more.setObjectName("hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.addLayout(head)
        column.addLayout(self._rows)
        column.addWidget(self._more)
        self.hide()

    def show_found(self, found: list[Recoverable]) -> None:
        """Offer these documents; hide if there are none."""
        self._found = list(found)
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew in the colours of a changed palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for sign in self.findChildren(QLabel, _SIGN_NAME):
                sign.setPixmap(icon("image").pixmap(_SIGN))

    def _fill(self) -> None:
        """Show a row for each of the first few documents and the number of the others; hide if there are none."""
        self._sure = None  # the buttons are new and have not asked yet
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        if all(one.newer for one in self._found):
            self._title.setText(self.tr("Work of a newer version of maskstudio is kept here."))
        else:
            self._title.setText(self.tr("The editor did not end properly, but what you did is still here."))
        for one in self._found[:_SHOWN]:
            self._rows.addWidget(self._row(one))
        more = len(self._found) - _SHOWN
        self._more.setText(self.tr("And {} more.").format(more) if more > 0 else "")
        self._more.setVisible(more > 0)
        self.setVisible(bool(self._found))

    def _row(self, one: Recoverable) -> QWidget:
        """A document's picture, name and facts, with its two buttons unless a newer version wrote it."""
        row = QFrame()
        row.setObjectName("recoveryRow")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._picture(one))
        words = QVBoxLayout()
        words.setSpacing(1)
        name = QLabel(short(one.name))
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setToolTip(one.name)
        name.setObjectName("recoveryName")
        facts = QLabel(self._facts(one))
        facts.setObjectName("hint")
        words.addStretch()
        words.addWidget(name)
        words.addWidget(facts)
        words.addStretch()
        line.addLayout(words, 1)
        if one.newer:  # left alone: the version that wrote it can open it
            return row
        go_on, away = QPushButton(self.tr("Continue")), QPushButton(self.tr("Discard"))
        go_on.setObjectName("recoverContinue")
        go_on.setProperty("primary", True)
        go_on.setAccessibleName(self.tr("Continue {}").format(one.name))
        go_on.clicked.connect(lambda: self._take(one))
        away.setObjectName("recoverDiscard")
        away.setAccessibleName(self.tr("Discard {}").format(one.name))
        away.clicked.connect(lambda: self._discard(one, away))
        line.addWidget(go_on)
        line.addWidget(away)
        return row

    def _picture(self, one: Recoverable) -> QLabel:
        """The document's thumbnail, fitted to the row, or an icon where there is none."""
        label = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        label.setFixedSize(_THUMBNAIL)
        picture = QPixmap()
        if one.thumbnail is not None and picture.loadFromData(one.thumbnail, "PNG"):
            ratio = self.devicePixelRatioF()
            fitted = picture.scaled(
                _THUMBNAIL * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            fitted.setDevicePixelRatio(ratio)
            label.setPixmap(fitted)
        else:
            label.setObjectName(_SIGN_NAME)
            label.setPixmap(icon("image").pixmap(_SIGN))
        return label

    def _facts(self, one: Recoverable) -> str:
        if one.newer:
            return self.tr("It was worked on in a newer version of maskstudio; update to go on with it.")
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(one.when)), QLocale.FormatType.ShortFormat)
        size = f"{one.size[0]} × {one.size[1]} px"
        done = one.steps - 1
        steps = self.tr("{} steps").format(done) if done > 1 else self.tr("1 step") if done else self.tr("just begun")
        return f"{when}   {size}   {steps}"

    def _take(self, one: Recoverable) -> None:
        self._found.remove(one)
        self._fill()
        self.continued.emit(one)

    def _discard(self, one: Recoverable, away: QPushButton) -> None:
        """At the first click, change the button's words to a question; at the second, discard the document."""
        if self._sure is not one:
            self._sure = one
            away.setText(self.tr("Discard for Good"))
            return
        self._found.remove(one)
        self._fill()
        self.discarded.emit(one)

    def _put_off(self) -> None:
        self._found = []
        self._fill()
        self.later.emit()
