"""Hiding the panels around the photo, and showing them again."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget


class HiddenPanels:
    """``around()`` gives the widgets to hide, ``kept()`` those of them that stay when the tools are kept."""

    def __init__(self, around: Callable[[], Sequence[QWidget]], kept: Callable[[], Sequence[QWidget]]) -> None:
        self._around, self._kept = around, kept
        self._hidden: list[QWidget] = []

    def toggle(self, *, keep_tools: bool = False) -> bool:
        """Hide the widgets, or show those that were hidden; returns whether some are hidden now."""
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
