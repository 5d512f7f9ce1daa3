"""What a changed preference means for the window, by the name of the setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from maskstudio.session.opendocument import user

if TYPE_CHECKING:
    from maskstudio.session.session import Session
    from maskstudio.ui.window.window import MainWindow

_SURROUNDS = {"black": "#000000", "dark": "#3c3c3c", "middle": "#808080", "light": "#c8c8c8", "white": "#ffffff"}


def effects(window: MainWindow) -> dict[str, Callable[[], object]]:
    """What to do after each setting was changed. A setting that is not here has no effect yet, and is not offered."""

    def nothing() -> None:
        """It is read whenever it is needed."""

    return {
        "theme": lambda: window.show_theme(window.settings.theme),
        "author": lambda: _sign_all(window),
        **dict.fromkeys(("overlay_colour", "overlay_opacity", "overlay_side"), window.show_overlay),
        "surround": lambda: surround(window),
        "monitor_profile": window.show_overlay,
        "grid_from": window.show_overlay,
        "wheel": lambda: wheel(window),
        "precise_cursor": window.tools.dress,
        "pressure_gamma": nothing,
        "autosave_minutes": lambda: window.safety.time_autosave(),
        "recent_count": lambda: _trim_recent(window),
        "history_megabytes": lambda: _limit_all(window),
        "project_history_megabytes": lambda: _equip_all(window),
        **dict.fromkeys(("closed_days", "closed_gigabytes"), lambda: _keep_closed(window)),
    }


def equip(window: MainWindow, session: Session) -> None:
    """Give a new session what the user chose."""
    session.author = window.settings.author or user()
    session.history_limit = window.settings.history_megabytes << 20
    session.projects.past_limit = window.settings.project_history_megabytes << 20
    session.journalling.keep_closed = window.settings.closed_days > 0
    session.journalling.put_away.connect(lambda journal: window.closed.put_away(journal))


def surround(window: MainWindow) -> None:
    """The colour around the photo."""
    name = _SURROUNDS.get(window.settings.surround)
    window.canvas.set_surround(QColor(name) if name else None)


def wheel(window: MainWindow) -> None:
    """What a mouse wheel does by itself."""
    window.canvas.wheel_pans = window.settings.wheel == "pan"


def _sign_all(window: MainWindow) -> None:
    for tab in window.tabs.open:
        tab.session.author = window.settings.author or user()


def _equip_all(window: MainWindow) -> None:
    for tab in window.tabs.open:
        equip(window, tab.session)


def _keep_closed(window: MainWindow) -> None:
    _equip_all(window)
    window.closed.tidy_soon()


def _limit_all(window: MainWindow) -> None:
    for tab in window.tabs.open:
        equip(window, tab.session)
        if tab.session.history is not None:
            tab.session.history.limit = tab.session.history_limit
            tab.session.settle()


def _trim_recent(window: MainWindow) -> None:
    del window.settings.recent[window.settings.recent_count :]
    window.recent_menu.setEnabled(bool(window.settings.recent))
