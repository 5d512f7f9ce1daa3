"""Entering text that is being typed, before a verb uses it."""

from PySide6.QtWidgets import QAbstractItemView, QAbstractSpinBox, QApplication, QLineEdit


def hand_over() -> None:
    """Let the field with the focus take the typed text, as Enter does; the focus stays."""
    field = QApplication.focusWidget()
    if isinstance(field, QAbstractSpinBox):
        field.interpretText()
    elif isinstance(field, QLineEdit) and (view := _list_around(field)) is not None:
        view.setFocus()  # this ends the editing of a name in a list


def _list_around(field: QLineEdit) -> QAbstractItemView | None:
    viewport = field.parentWidget()
    view = viewport.parentWidget() if viewport is not None else None
    return view if isinstance(view, QAbstractItemView) and view.viewport() is viewport else None
