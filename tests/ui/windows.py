"""What tests that drive the whole window share."""

from PySide6.QtWidgets import QApplication

from maskstudio.core.history import History


def show_document(window, document):
    """Put a made document in front, pixel by pixel of the screen, with the keyboard on the canvas."""
    window.session.history = History(document)
    window.session.changed()
    window.canvas.setFocus()
    window.canvas.view.actual_pixels()
    QApplication.processEvents()


def act(window, name):
    """Do what the action ``name`` does, as the menu would: only if it is enabled."""
    assert window.actions_by_id[name].isEnabled(), name
    window.actions_by_id[name].trigger()
