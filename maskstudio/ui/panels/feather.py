"""A small field over the photo that asks for a distance: Enter applies, Esc leaves everything as it is."""

from PySide6.QtCore import QCoreApplication, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from maskstudio.params.local import AdjustParams
from maskstudio.params.spec import Spec
from maskstudio.params.tools import SnapParams
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.number import NumberField

_WIDTH = 340  # px
_FIRST = 5  # px of the image, the radius offered first
_ABOVE = 48  # px from the top of the widget it lies over


class DistanceField(QFrame):
    """The field. ``chosen(distance)``, px of the image, is emitted on Apply; the last one is offered again."""

    chosen = Signal(int)

    def __init__(self, over: QWidget, spec: Spec, words: str, first: int) -> None:
        """Make the field of a parameter as a popup over ``over``, with ``first`` in it and ``words`` beside it."""
        super().__init__(over, Qt.WindowType.Popup)
        self.setObjectName("optionsPopup")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(_WIDTH)
        self._over = over
        self.field = NumberField(spec)
        self.field.setAccessibleName(words)
        self.field.setValue(first)
        label = QLabel(words)
        label.setBuddy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
        row.setSpacing(theme.SPACE)
        row.addWidget(label)
        row.addWidget(self.field, 1)
        row.addWidget(parts.icon_button("check", self.tr("Apply (Enter)"), self.apply))

    def ask(self) -> None:
        """Show it over the upper middle of the photo, with the number selected."""
        self.adjustSize()
        corner = QPoint((self._over.width() - self.width()) // 2, min(_ABOVE, self._over.height() // 4))
        self.move(self._over.mapToGlobal(corner))
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def apply(self) -> None:
        """Close the field and emit the distance."""
        self.field.interpretText()
        self.hide()
        self.chosen.emit(round(self.field.value()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter applies; Esc closes, as with any popup."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.apply()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


class FeatherField(DistanceField):
    """Asks how far to feather."""

    def __init__(self, over: QWidget) -> None:
        """Make the field, with the first radius in it."""
        spec = next(spec for spec in AdjustParams.specs() if spec.name == "feather")
        super().__init__(over, spec, QCoreApplication.translate("FeatherField", "Feather by"), _FIRST)
        self.field.setObjectName("featherRadius")
        self.field.setToolTip(self.tr("How far the edge fades, inwards and outwards, in pixels of the photo"))


class SnapField(DistanceField):
    """Asks within which distance to snap to edges of the photo."""

    def __init__(self, over: QWidget) -> None:
        """Make the field, with the width a mask is snapped within by default."""
        (spec,) = SnapParams.specs()
        super().__init__(over, spec, QCoreApplication.translate("SnapField", "Snap within"), spec.default)
        self.field.setObjectName(spec.wire)
        self.field.setToolTip(self.tr("How far the edge may move to reach an edge of the photo, in its pixels"))
