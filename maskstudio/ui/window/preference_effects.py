"""The effects of changed preferences on the window, by the name of the setting."""

from collections.abc import Callable

from PySide6.QtGui import QColor

from maskstudio.session.opendocument import user
from maskstudio.session.session import Session
from maskstudio.settings import Settings
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.files.tabs import Tabs

Effect = Callable[[], object]
_SURROUNDS = {"black": "#000000", "dark": "#3c3c3c", "middle": "#808080", "light": "#c8c8c8", "white": "#ffffff"}


class PreferenceEffects:
    """Brings the settings to the sessions of ``tabs`` and to the canvas; the rest is done by what it is given.

    ``show_theme`` dresses the application; ``show_overlay`` draws the overlay anew; ``dress_tools`` makes the cursors;
    ``time_autosave`` and ``tidy_closed`` take over how often and for how long; ``recent_changed`` that fewer files are
    listed.
    """

    def __init__(
        self,
        settings: Settings,
        tabs: Tabs,
        canvas: Canvas,
        *,
        show_theme: Effect,
        show_overlay: Effect,
        dress_tools: Effect,
        time_autosave: Effect,
        tidy_closed: Effect,
        recent_changed: Effect,
    ) -> None:
        """Keep the effect of each setting under its name in code."""
        self._settings, self._tabs, self._canvas = settings, tabs, canvas
        self._tidy_closed, self._recent_changed = tidy_closed, recent_changed
        self._given = {
            "theme": show_theme,
            **dict.fromkeys(("overlay_colour", "overlay_opacity", "overlay_side"), show_overlay),
            **dict.fromkeys(("monitor_profile", "grid_from"), show_overlay),
            "precise_cursor": dress_tools,
            "autosave_minutes": time_autosave,
        }

    def by_name(self) -> dict[str, Effect]:
        """What to call after a change of each setting. A setting that is not here is not offered."""

        def nothing() -> None:
            """Do nothing, for a setting that is read whenever it is needed."""

        return {
            **self._given,
            "author": self._equip_all,
            "surround": self.surround,
            "wheel": self.wheel,
            "pressure_gamma": nothing,
            "recent_count": self._trim_recent,
            "history_megabytes": self._limit_all,
            **dict.fromkeys(
                ("project_history_megabytes", "warm_megabytes", "encodings_megabytes", "mirror"), self._equip_all
            ),
            **dict.fromkeys(("closed_days", "closed_gigabytes"), self._keep_closed),
        }

    def surround(self) -> None:
        """Apply the colour around the photo."""
        name = _SURROUNDS.get(self._settings.surround)
        self._canvas.styling.set_surround(QColor(name) if name else None)

    def wheel(self) -> None:
        """Apply what a mouse wheel does without a modifier."""
        self._canvas.steering.wheel_pans = self._settings.wheel == "pan"

    def _equip_all(self) -> None:
        for tab in self._tabs.open:
            equip(tab.session, self._settings)

    def _keep_closed(self) -> None:
        self._equip_all()
        self._tidy_closed()

    def _limit_all(self) -> None:
        self._equip_all()
        for tab in self._tabs.open:
            if tab.session.history is not None:
                tab.session.history.limit = tab.session.history_limit
                tab.session.settle()

    def _trim_recent(self) -> None:
        del self._settings.recent[self._settings.recent_count :]
        self._recent_changed()


def equip(session: Session, settings: Settings) -> None:
    """Apply the user's settings to a session."""
    session.author = settings.author or user()
    session.history_limit = settings.history_megabytes << 20
    session.projects.past_limit = settings.project_history_megabytes << 20
    session.journalling.keep_closed = settings.closed_days > 0
    session.shelving.mirror = settings.mirror
    session.shelving.keep_warm(settings.warm_megabytes << 20)
    session.shelving.keep_encodings(settings.encodings_megabytes << 20)
