"""What is being typed counts as entered as soon as anything is made of it: the field in use hands it over."""

from PySide6.QtWidgets import QAbstractItemView, QAbstractSpinBox, QApplication, QLineEdit


def hand_over() -> None:
    """Have the field with the focus take what was typed into it, as Enter would; the focus stays where it is."""
    field = QApplication.focusWidget()
    if isinstance(field, QAbstractSpinBox):
        field.interpretText()
    elif isinstance(field, QLineEdit) and (view := _list_around(field)) is not None:
        view.setFocus()  # which ends the editing of a name in a list


def _list_around(field: QLineEdit) -> QAbstractItemView | None:
    viewport = field.parentWidget()
    view = viewport.parentWidget() if viewport is not None else None
    return view if isinstance(view, QAbstractItemView) and view.viewport() is viewport else None
