"""A small window beside the list that says where a layer came from and what was done to it."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QPoint, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from maskstudio.core.layer import Layer
from maskstudio.figures import percent
from maskstudio.params.kept import KeepParams
from maskstudio.params.local import AdjustParams, CutoutParams, DetectParams, MaskInParams, MaskParams, RefineParams
from maskstudio.params.spec import Params
from maskstudio.services import directory
from maskstudio.services.amounts import money
from maskstudio.session.finding import AUTO, model_title, subject_of
from maskstudio.ui.panels.layer_list import how
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.fields import translated

_WIDTH = 340  # px
_KINDS: tuple[type[Params], ...] = (
    DetectParams, CutoutParams, MaskInParams, KeepParams, MaskParams, RefineParams, AdjustParams,
)  # fmt: skip
_SPECS = {spec.wire: spec for kind in _KINDS for spec in kind.specs()}


class Provenance(QFrame):
    """Names at the left, values at the right; they can be selected and copied. Esc or a click elsewhere closes it."""

    def __init__(self, layer: Layer, parent: QWidget | None = None) -> None:
        """Fill the window with what is known of ``layer``, one line for each fact."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("optionsPopup")
        self.setAccessibleName(self.tr("Details of {}").format(layer.name))
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(_WIDTH)
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.MARGIN, theme.MARGIN)
        grid.setHorizontalSpacing(theme.MARGIN)
        grid.setVerticalSpacing(theme.GAP)
        grid.setColumnStretch(1, 1)
        title = QLabel(layer.name)
        title.setObjectName("sheetHeading")
        grid.addWidget(title, 0, 0, 1, 2)
        for row, (name, value) in enumerate(facts(layer), 1):
            left, right = QLabel(name), QLabel(value)
            right.setToolTip(named(layer) if name == _said("Model") else "")
            left.setObjectName("hint")
            right.setWordWrap(True)
            right.setTextFormat(Qt.TextFormat.PlainText)
            right.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            grid.addWidget(left, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(right, row, 1)
        self.setFixedHeight(grid.totalHeightForWidth(_WIDTH))

    def show_at(self, where: QPoint) -> None:
        """Show the window with its upper right corner at a global position, beside the list and within the screen."""
        room = self.screen().availableGeometry()
        x = min(max(where.x() - self.width(), room.left()), room.right() - self.width())
        y = min(max(where.y(), room.top()), room.bottom() - self.height())
        self.move(x, y)
        self.show()


def named(layer: Layer) -> str:
    """The name of the model that made a layer, as it is typed on the command line; empty without one."""
    origin, source = layer.origin, layer.source
    return (origin.model if origin else "") or (source.model if source else "")


def facts(layer: Layer) -> list[tuple[str, str]]:
    """The known facts of a layer, as names and values."""
    origin, source = layer.origin, layer.source
    replaced = source is not None and source.stand_in and source.model != AUTO
    known = [
        (_said("Made"), how(layer)),
        (_said("Model"), model_title(named(layer))),
        (_said("In place of"), model_title(source.model) if replaced and source else ""),
        (_said("Found"), subject.way if (subject := subject_of(layer)) else ""),
        (_said("Ran on"), _place(source.provider) if source else ""),
        (_said("Version"), origin.version if origin else ""),
        (_said("Cost"), _cost(source.said.get("cost")) if source else ""),
        (_said("The service says"), _heard(source.said) if source else ""),
        (_said("Score"), percent(source.score, 1) if source and source.score is not None else ""),
        (_said("Parameters"), _listed(origin.params) if origin else ""),
        (_said("By"), origin.who if origin else ""),
        (_said("When"), _moment(origin.when) if origin else ""),
        (_said("Shaped"), _listed(layer.params.to_wire())),
        (_said("Painted"), _painted(layer)),
        (_said("Inverted"), _said("yes") if layer.inverted else ""),
        (_said("Refined"), _listed(layer.refine.to_wire()) if layer.refine else ""),
        (_said("Regions"), ", ".join(region.name for region in layer.regions)),
        (_said("Trimap"), _said("painted") if layer.hints is not None else ""),
        (_said("Adjusted"), _listed(_differing(layer.edge))),
    ]
    return [(name, value) for name, value in known if value]


def _place(provider: str) -> str:
    return directory.title_of(provider)


def _cost(value: object) -> str:
    """The price in words, empty if the project holds no valid one."""
    return money(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _heard(said: Mapping[str, Any]) -> str:
    """What a service said of its answer, under its own names, one to a line."""
    return "\n".join(f"{name} {_value(value)}" for name, value in said.items() if name != "cost")


def _painted(layer: Layer) -> str:
    if layer.paint is not None and layer.retouch is not None:
        return _said("before and after refining")
    if layer.retouch is not None:
        return _said("after refining")
    return _said("yes") if layer.paint is not None else ""


def _listed(params: Mapping[str, Any]) -> str:
    """Parameters under the labels of the panels, one to a line; the model is left out, as it has a fact of its own."""
    return "\n".join(_named(wire, value) for wire, value in params.items() if wire != "model")


def _differing(params: Params) -> dict[str, Any]:
    """The parameters that differ from their defaults."""
    first = type(params)().to_wire()
    return {wire: value for wire, value in params.to_wire().items() if value != first[wire]}


def _named(wire: str, value: object) -> str:
    """A parameter under the label of the panels, with its value as these show it."""
    spec = _SPECS.get(wire)
    if spec is None:
        return f"{wire} {_value(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{translated(spec.label)} {value * spec.scale:g} {spec.unit}".strip()
    if wire == "secondModel" and value:
        return f"{translated(spec.label)} {model_title(str(value))}"
    if wire == "spillColor" and isinstance(value, list | tuple) and not value[-1]:
        return f"{translated(spec.label)} {_said('automatic')}"
    word = dict(spec.choices).get(value) if isinstance(value, str) else None
    return f"{translated(spec.label)} {translated(word) if word else _value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _said("on") if value else _said("off")
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _moment(when: str) -> str:
    """An ISO time in the user's format; a text that is none is returned as it is."""
    moment = QDateTime.fromString(when, Qt.DateFormat.ISODate)
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat) if moment.isValid() else when


def _said(text: str) -> str:
    return QCoreApplication.translate("Provenance", text)
