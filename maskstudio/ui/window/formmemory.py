"""The values of the panels' forms, remembered from one start to the next."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

from maskstudio import settings as stored
from maskstudio.errors import BadParameter
from maskstudio.params.spec import Params
from maskstudio.settings import Settings
from maskstudio.ui.widgets.form import Form

_PAUSE = 400  # ms without a change, then the file is written


class FormMemory(QObject):
    """Restores ``forms`` (by the name they are kept under), and keeps every later change."""

    def __init__(self, settings: Settings, forms: Mapping[str, Form[Any]], parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self._later = QTimer(self, singleShot=True, interval=_PAUSE)
        self._later.timeout.connect(lambda: stored.save(settings))
        for name, form in forms.items():
            self._restore(name, form)
            form.changed.connect(lambda params, name=name: self._keep(name, params))

    def _restore(self, name: str, form: Form[Any]) -> None:
        try:
            form.set_params(type(form.params()).from_wire(self._settings.forms.get(name, {})))
        except (BadParameter, TypeError, ValueError):
            return  # invalid, as from another version or edited by hand: the defaults are used

    def _keep(self, name: str, params: Params) -> None:
        self._settings.forms = {**self._settings.forms, name: params.to_wire()}
        self._later.start()
