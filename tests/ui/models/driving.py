"""How tests press, drop and read in the window of models."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

CONTENT = b"PK\x03\x04" + bytes(range(256)) * 4000
LEFT = Qt.MouseButton.LeftButton


def press(shelf, deed):
    button = shelf.details.buttons[deed]
    assert button.isVisibleTo(shelf), deed
    QTest.mouseClick(button, LEFT)


def offered(shelf):
    return {deed for deed, button in shelf.details.buttons.items() if button.isVisibleTo(shelf.details)}


def cell(shelf, name, column=1):
    return shelf.table._rows[name].text(column)


def words(widget):
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget)).replace(
        "\u200b", ""
    )


def drop(widget, *paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, none)
    enter.ignore()
    widget.dragEnterEvent(enter)
    if enter.isAccepted():
        widget.dropEvent(QDropEvent(QPointF(50, 50), copy, mime, LEFT, none))
    return enter.isAccepted()
