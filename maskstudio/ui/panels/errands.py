"""What a service can be asked for: for each of its operations the parameters that it really has, and a button."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from maskstudio.departure import OPERATIONS, Operation
from maskstudio.remote_params import (
    ACCOUNTS,
    REMBG,
    AdobeObjectsParams,
    AdobeRefineParams,
    RunwareCutoutParams,
    RunwareMaskParams,
)
from maskstudio.spec import Params
from maskstudio.ui import theme
from maskstudio.ui.fields import Choice
from maskstudio.ui.form import Form
from maskstudio.ui.panels import parts

_ROOM = 28  # px beside the words of an open list
Rule = Callable[[Any], bool]

# What is always in sight; the rest is behind a disclosure.
_FRONT: dict[type[Params], tuple[str, ...]] = {
    RunwareMaskParams: ("model", "confidence", "max_detections"),
    AdobeObjectsParams: ("confidence", "max_detections", "background_masks"),
    AdobeRefineParams: ("color_decontamination",),
}


def _lossy(params: Any) -> bool:
    return bool(params.output_format != "PNG")


def _rembg(params: Any) -> bool:
    return bool(params.model == REMBG)


def _matted(params: Any) -> bool:
    return _rembg(params) and bool(params.alpha_matting)


def _shaped(params: Any) -> bool:
    return bool(params.shape_there)


# When a parameter counts; RemBG's are disabled where another model is chosen, which does not have them.
_RULES: dict[type[Params], dict[str, Rule]] = {
    RunwareMaskParams: {"mask_padding": _shaped, "mask_blur": _shaped, "output_quality": _lossy},
    RunwareCutoutParams: {
        **dict.fromkeys(("rgba", "post_process_mask", "return_only_mask", "alpha_matting"), _rembg),
        **dict.fromkeys(
            (f"alpha_matting_{name}" for name in ("foreground_threshold", "background_threshold", "erode_size")),
            _matted,
        ),
        "output_quality": _lossy,
    },
}


def _said(text: str) -> str:
    return QCoreApplication.translate("errands", text)


class ErrandForm(QWidget):
    """One operation of a service. ``asked`` comes when its button is pressed."""

    asked = Signal()

    def __init__(self, operation: Operation, kind: type[Params], text: str, *, primary: bool) -> None:
        super().__init__()
        self.setObjectName(f"{operation}Errand")
        front = _FRONT.get(kind, ())
        rest = tuple(spec.name for spec in kind.specs() if spec.name not in front)
        self._forms = [Form(kind, only=names) for names in (front, rest) if names]
        self._params = kind()
        self.button = parts.button(text, self.asked.emit, primary=primary)
        self.button.setObjectName(f"{operation}There")
        self.options = parts.icon_button("more", _said("Options of {}").format(text), self._disclose)
        self.options.setObjectName(f"{operation}Options")
        self.options.setCheckable(True)
        self.options.setVisible(bool(rest))
        self._rest = self._forms[-1] if rest else None
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        if front:
            column.addWidget(self._forms[0])
        row = parts.row(self.button, self.options) if rest else parts.row(self.button)
        row.setSpacing(theme.GAP)
        column.addLayout(row)
        if self._rest is not None:
            column.addWidget(self._rest)
            self._rest.hide()
        for form in self._forms:
            form.changed.connect(self.set_params)
            for choice in form.findChildren(Choice):
                choice.view().setMinimumWidth(choice.view().sizeHintForColumn(0) + _ROOM)
            for name, rule in _RULES.get(kind, {}).items():
                if name in (front if form is not self._rest else rest):
                    form.enable_when(name, rule)

    def params(self) -> Params:
        """What the forms say."""
        return self._params

    def set_params(self, params: Params) -> None:
        """Show these; no signal. Both forms hold the whole set, so that rules may look across."""
        self._params = params
        for form in self._forms:
            form.set_params(params)

    def _disclose(self) -> None:
        if self._rest is not None:
            self._rest.setVisible(self.options.isChecked())


class ServicePane(QWidget):
    """All that one service does in a panel. ``asked(operation)`` comes when the user wants something of it."""

    asked = Signal(str)

    def __init__(self, name: str, offers: Mapping[Operation, type[Params]]) -> None:
        super().__init__()
        self.setObjectName(f"{name}Pane")
        self.forms: dict[Operation, ErrandForm] = {}
        column = parts.column(self)
        column.setContentsMargins(0, 0, 0, 0)
        for operation, kind in offers.items():
            text = _said(OPERATIONS[operation])
            if operation == "refine":
                text = _said("Refine at {}").format(ACCOUNTS[name].title)
            form = self.forms[operation] = ErrandForm(operation, kind, text, primary=not self.forms)
            form.asked.connect(lambda operation=operation: self.asked.emit(operation))
            column.addWidget(form)

    @property
    def main(self) -> Operation:
        """What its primary button asks for."""
        return next(iter(self.forms))
