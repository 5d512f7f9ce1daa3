"""A button that records keys: after a click, it takes the next combination the user presses."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from maskstudio.ui.keys.key_owner import OWNS_KEYS

_K = Qt.Key
_ALONE = {_K.Key_Shift, _K.Key_Control, _K.Key_Alt, _K.Key_Meta, _K.Key_AltGr, _K.Key_CapsLock, _K.Key_NumLock}
_HELD = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier


class Recorder(QPushButton):
    """Emits ``recorded(key)`` with Qt's portable text of a combination; Escape or a lost focus ends the recording."""

    recorded = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rest = self.tr("Press New Keys…")
        self.setText(self._rest)
        self.setAccessibleName(self._rest)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.toggled.connect(self._listen)

    def event(self, event: QEvent) -> bool:
        """Take every key while listening, Tab and the shortcuts of others included."""
        if self.isChecked() and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
            return True  # releasing a key must not click the button
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stop listening."""
        self.setChecked(False)
        super().focusOutEvent(event)

    def _listen(self, listening: bool) -> None:
        self.setProperty(OWNS_KEYS, listening)
        self.setText(self.tr("Press the keys now; Esc stops") if listening else self._rest)

    def _take(self, event: QKeyEvent) -> None:
        """Emit the pressed combination and stop listening; modifiers alone are waited over, Escape ends it without."""
        key = _K(event.key())
        if key in _ALONE or key == _K.Key_unknown:
            return
        self.setChecked(False)
        if key == _K.Key_Escape:
            return
        modifiers = event.modifiers() & ~_HELD
        if key == _K.Key_Backtab:
            key = _K.Key_Tab  # Qt's name for Tab with Shift; the shortcut is Shift+Tab
        self.recorded.emit(QKeySequence(modifiers.value | key.value).toString(QKeySequence.SequenceFormat.PortableText))
