"""The options of the view mode in use: a page for each mode that has some."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from maskstudio.core.formats import CAMERA_RAW, PICTURES, patterns
from maskstudio.figures import percent
from maskstudio.names import path_of, shown
from maskstudio.ui.canvas.style import Mode
from maskstudio.ui.views.view_choices import ViewChoices
from maskstudio.ui.widgets import file_dialogs, theme
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.swatch import Named, Swatch

WIDTH = 306  # px of the widest page; all have it, so that nothing moves when the mode changes


class ViewOptions(QStackedWidget):
    """The pages, which show the choices and change them."""

    def __init__(self, choices: ViewChoices, parent: QWidget | None = None) -> None:
        """Make the pages and show the one of the mode in use."""
        super().__init__(parent)
        self.setObjectName("viewFields")
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._choices = choices
        self._pages: dict[Mode, QWidget] = {}
        self._nothing = QWidget()
        self.addWidget(self._nothing)
        self._add_overlay()
        self._add_backdrop()
        self._add_onion()
        self._add_marks()
        choices.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the present choices."""
        kept, now = self._choices.settings, self._choices.now
        self._colour.set_value(kept.overlay_colour)
        _put(self._strength, self._percent, kept.overlay_opacity)
        self._side.setCurrentIndex(self._side.findData(kept.overlay_side))
        self._hatched.setChecked(now.hatched)
        self._backdrop.set_value(now.backdrop)
        name = shown(path_of(now.picture).name) if now.picture else self.tr("Choose a picture…")
        self._picture.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, WIDTH - 90))
        _put(self._onion, self._onion_percent, now.onion)
        for swatch in self._marks:
            swatch.set_value(now.soft)
        self.setCurrentWidget(self._pages.get(self._choices.mode, self._nothing))

    def _page(self, mode: Mode, *widgets: QWidget) -> None:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch()
        self.addWidget(page)
        self._pages[mode] = page

    def _add_overlay(self) -> None:
        """Make the page of the overlay: colour, strength, side and stripes."""
        choices = self._choices
        self._colour = Swatch(self.tr("Overlay colour"), self._tints())
        self._colour.setObjectName("overlayColour")
        self._colour.chosen.connect(lambda colour: choices.choose_overlay(colour=colour))
        self._strength, self._percent = _slider(
            "overlayOpacity", self.tr("Strength of the overlay"), 84, lambda part: choices.choose_overlay(opacity=part)
        )
        self._side = QComboBox()
        self._side.setObjectName("overlaySide")
        self._side.setAccessibleName(self.tr("Overlaid side"))
        self._side.setToolTip(self.tr("Which side of the mask is tinted"))
        self._side.addItem(self.tr("Outside"), "outside")
        self._side.addItem(self.tr("Inside"), "inside")
        self._side.activated.connect(lambda _: choices.choose_overlay(side=self._side.currentData()))
        self._hatched = QToolButton()
        self._hatched.setObjectName("overlayHatched")
        self._hatched.setIcon(icon("view-hatched"))
        self._hatched.setCheckable(True)
        self._hatched.setIconSize(QSize(20, 20))
        self._hatched.setAccessibleName(self.tr("Stripes"))
        self._hatched.setToolTip(self.tr("Stripes on the overlay, for eyes or photos that its colour is lost on"))
        self._hatched.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._hatched.clicked.connect(lambda on: choices.choose(hatched=on))
        self._page("overlay", self._colour, self._strength, self._percent, self._side, self._hatched)

    def _add_backdrop(self) -> None:
        """Make the pages of what lies behind the cut-out: a colour, and a picture."""
        self._backdrop = Swatch(self.tr("Colour behind the cut-out"), self._grounds())
        self._backdrop.setObjectName("backdropColour")
        self._backdrop.chosen.connect(lambda colour: self._choices.choose(backdrop=colour))
        self._page("colour", _hint(self.tr("Behind the cut-out")), self._backdrop)
        self._picture = QToolButton()
        self._picture.setIcon(icon("folder"))
        self._picture.setObjectName("backdropPicture")
        self._picture.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._picture.setIconSize(QSize(20, 20))
        self._picture.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._picture.setAccessibleName(self.tr("Picture behind the cut-out"))
        self._picture.setToolTip(self.tr("Choose the picture behind the cut-out"))
        self._picture.clicked.connect(self._ask_picture)
        self._page("picture", self._picture)

    def _add_onion(self) -> None:
        self._onion, self._onion_percent = _slider(
            "onionPhoto", self.tr("How much of the photo"), 120, lambda part: self._choices.choose(onion=part), 0
        )
        self._page("onion", _hint(self.tr("Photo")), self._onion, self._onion_percent)

    def _add_marks(self) -> None:
        """Make the pages of the colour that marks pixels, which is one for both modes that do."""
        self._marks: list[Swatch] = []
        pages: tuple[tuple[Mode, str, str], ...] = (
            ("soft", self.tr("Colour of soft pixels"), self.tr("Alpha 5 to 95 %")),
            ("doubt", self.tr("Colour of doubt"), self.tr("Where two models differ")),
        )
        for mode, title, hint in pages:
            swatch = Swatch(title, self._tints())
            swatch.setObjectName(f"{mode}Colour")
            swatch.chosen.connect(lambda colour: self._choices.choose(soft=colour))
            self._marks.append(swatch)
            self._page(mode, _hint(hint), swatch)

    def _ask_picture(self) -> None:
        folder = file_dialogs.place(Path(self._choices.now.picture).parent) if self._choices.now.picture else ""
        pictures = self.tr("Pictures") + f" ({patterns(PICTURES, CAMERA_RAW)});;" + self.tr("All files (*)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Picture behind the cut-out"), folder, pictures)
        if path:
            self._choices.choose_picture(path_of(path))

    def _tints(self) -> Named:
        """The colours offered for the overlay, by name."""
        return (
            (self.tr("Violet"), "#d600ff"),
            (self.tr("Red"), "#e5484d"),
            (self.tr("Orange"), "#ff8a00"),
            (self.tr("Yellow"), "#ffd000"),
            (self.tr("Green"), "#00c853"),
            (self.tr("Blue"), "#0050ff"),
            (self.tr("Black"), "#000000"),
            (self.tr("White"), "#ffffff"),
        )

    def _grounds(self) -> Named:
        """The colours offered behind the cut-out, by name."""
        return (
            (self.tr("Middle grey"), "#7f7f7f"),
            (self.tr("Light grey"), "#d9d9d9"),
            (self.tr("Dark grey"), "#333333"),
            (self.tr("Cream"), "#f3e9d8"),
            (self.tr("Sky"), "#8ec5ee"),
            (self.tr("Green screen"), "#00b140"),
            (self.tr("Blue screen"), "#0047bb"),
            (self.tr("Red"), "#c62828"),
        )


def _slider(
    name: str, title: str, width: int, moved: Callable[[float], object], lowest: int = 5
) -> tuple[QSlider, QLabel]:
    """A slider in per cent, and a label with its number."""
    slider, number = QSlider(Qt.Orientation.Horizontal), QLabel()
    slider.setObjectName(name)
    slider.setRange(lowest, 100)
    slider.setAccessibleName(title)
    slider.setToolTip(title)
    slider.setFixedWidth(width)
    slider.valueChanged.connect(lambda value: moved(value / 100))
    number.setFixedWidth(number.fontMetrics().horizontalAdvance(percent(1)) + 2)
    number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return slider, number


def _put(slider: QSlider, label: QLabel, part: float) -> None:
    value = round(part * 100)
    if slider.value() != value:
        slider.blockSignals(True)
        slider.setValue(value)
        slider.blockSignals(False)
    label.setText(percent(part))


def _hint(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("hint")
    return label
