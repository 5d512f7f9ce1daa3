"""The bar above the canvas: file and history, zoom, the ways of looking, and the overlay's colour and strength."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QComboBox, QLabel, QSizePolicy, QSlider, QToolBar, QToolButton, QWidget

from maskstudio.settings import Settings

_LEFT = ("file.open", "file.export", "", "edit.undo", "edit.redo", "", "view.fit", "view.actual")
_MODES = ("view.overlay", "view.black", "view.white", "view.checker", "view.mask", "view.image")


class TopBar(QToolBar):
    """Buttons of the most used actions. ``overlay_changed`` is called after the settings' overlay was changed here."""

    def __init__(
        self, actions: dict[str, QAction], settings: Settings, overlay_changed: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setWindowTitle(self.tr("Tools"))
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._settings, self._overlay_changed = settings, overlay_changed
        for name in _LEFT:
            self._place(actions[name]) if name else self.addSeparator()
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(gap)
        for name in _MODES:
            self._place(actions[name])
        self.addSeparator()
        self._add_overlay()

    def _place(self, action: QAction) -> None:
        self.addAction(action)
        button = self.widgetForAction(action)
        button.setAccessibleName(action.text())
        if action.objectName() == "file.export" and isinstance(button, QToolButton):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setText(self.tr("Export"))

    def _add_overlay(self) -> None:
        label = QLabel(self.tr("Overlay"))
        label.setObjectName("hint")
        self._colour = QToolButton()
        self._colour.setObjectName("overlayColour")
        self._colour.setAccessibleName(self.tr("Overlay colour"))
        self._colour.setToolTip(self.tr("Colour of the overlay"))
        self._colour.setIcon(_swatch(QColor(self._settings.overlay_colour)))
        self._colour.clicked.connect(self._choose)
        self._strength = QSlider(Qt.Orientation.Horizontal)
        self._strength.setRange(5, 100)
        self._strength.setObjectName("overlayOpacity")
        self._strength.setAccessibleName(self.tr("Overlay opacity"))
        self._strength.setFixedWidth(110)
        self._strength.setValue(round(self._settings.overlay_opacity * 100))
        self._strength.valueChanged.connect(self._set_strength)
        self._percent = QLabel()
        self._percent.setMinimumWidth(40)
        self._side = QComboBox()
        self._side.setObjectName("overlaySide")
        self._side.setAccessibleName(self.tr("Overlaid side"))
        self._side.setToolTip(self.tr("Which side of the mask is tinted"))
        self._side.addItem(self.tr("Outside"), "outside")
        self._side.addItem(self.tr("Inside"), "inside")
        self._side.setCurrentIndex(self._side.findData(self._settings.overlay_side))
        self._side.currentIndexChanged.connect(self._set_side)
        for widget in (label, self._colour, self._strength, self._percent, self._side):
            self.addWidget(widget)
        self._label()

    def _choose(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._settings.overlay_colour), self, self.tr("Overlay colour"))
        if chosen.isValid():
            self._settings.overlay_colour = chosen.name()
            self._colour.setIcon(_swatch(chosen))
            self._overlay_changed()

    def _set_strength(self, percent: int) -> None:
        self._settings.overlay_opacity = percent / 100
        self._label()
        self._overlay_changed()

    def _set_side(self) -> None:
        self._settings.overlay_side = self._side.currentData()
        self._overlay_changed()

    def _label(self) -> None:
        self._percent.setText(f"{self._strength.value()} %")
        self._strength.setToolTip(self.tr("Strength of the overlay: {} %").format(self._strength.value()))


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(40, 40)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour)
    painter.setPen(QColor(128, 128, 128))
    painter.drawRoundedRect(4, 4, 32, 32, 6, 6)
    painter.end()
    return QIcon(pixmap)
