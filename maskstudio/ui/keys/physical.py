"""Keys by their place on the keyboard.

Brackets, backslash, backtick and the digits need AltGr, Shift or a dead key on many layouts; their places are the same
on all.

Sources of the codes: evdev key codes plus 8 (X11 and Wayland), PC scan codes set 1 (Windows), kVK_ANSI (macOS).
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

_K = Qt.Key
_DIGITS = (_K.Key_1, _K.Key_2, _K.Key_3, _K.Key_4, _K.Key_5, _K.Key_6, _K.Key_7, _K.Key_8, _K.Key_9, _K.Key_0)
_MARKS = (_K.Key_QuoteLeft, _K.Key_BracketLeft, _K.Key_BracketRight, _K.Key_Backslash)
_XKB = dict(zip((49, 34, 35, 51, *range(10, 20)), (*_MARKS, *_DIGITS), strict=True))
_WINDOWS = dict(zip((0x29, 0x1A, 0x1B, 0x2B, *range(2, 12)), (*_MARKS, *_DIGITS), strict=True))
_MAC_DIGITS = (18, 19, 20, 21, 23, 22, 26, 28, 25, 29)
_MAC = dict(zip((50, 33, 30, 42, *_MAC_DIGITS), (*_MARKS, *_DIGITS), strict=True))
_TILDES = (_K.Key_AsciiTilde, _K.Key_Dead_Tilde)  # while held they belong to a tool, wherever a layout has them
_HELD = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier


def place(event: QKeyEvent, platform: str = "") -> Qt.Key | None:
    """The key of a US keyboard at the place of the pressed one, if layouts differ there, else None.

    ``platform`` is Qt's name of the window system, by default the one in use.
    """
    platform = platform or QGuiApplication.platformName()
    if platform == "cocoa":
        return _MAC.get(event.nativeVirtualKey())
    return (_WINDOWS if platform == "windows" else _XKB).get(event.nativeScanCode())


def is_key(event: QKeyEvent, key: Qt.Key) -> bool:
    """Whether ``event`` is of ``key``, by its name or by its place."""
    return event.key() == key or place(event) == key


def sequence(event: QKeyEvent, platform: str = "") -> str:
    """The key at this place of a US keyboard, with modifiers, as Qt's portable text; empty if it is no other key."""
    key = place(event, platform)
    if key is None or key == event.key() or event.key() in _TILDES:
        return ""
    combined = QKeySequence((event.modifiers() & ~_HELD).value | key.value)
    return combined.toString(QKeySequence.SequenceFormat.PortableText)
