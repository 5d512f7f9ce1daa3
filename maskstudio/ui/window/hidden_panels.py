"""Hiding what is around the photo, and bringing back what was there."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget


class HiddenPanels:
    """``around()`` are the widgets to hide, ``kept()`` those of them that stay when tools are to be kept."""

    def __init__(self, around: Callable[[], Sequence[QWidget]], kept: Callable[[], Sequence[QWidget]]) -> None:
        self._around, self._kept = around, kept
        self._hidden: list[QWidget] = []

    def toggle(self, *, keep_tools: bool = False) -> bool:
        """Hide, or show what was hidden; returns whether something is hidden now."""
        if self._hidden:
            for widget in self._hidden:
                widget.show()
            self._hidden = []
            return False
        stay = self._kept() if keep_tools else ()
        self._hidden = [widget for widget in self._around() if widget.isVisible() and widget not in stay]
        for widget in self._hidden:
            widget.hide()
        return bool(self._hidden)
