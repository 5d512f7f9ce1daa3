"""The editor window. It only arranges: panels and canvas on one side, the session's verbs on the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu

from maskstudio import settings as stored
from maskstudio.jobs import Job, Runner, step_aside
from maskstudio.journal.writer import Writer
from maskstudio.session.session import Session
from maskstudio.ui.bridge import Bridge
from maskstudio.ui.files.autosave import Autosave
from maskstudio.ui.files.closed_documents import ClosedDocuments
from maskstudio.ui.files.exchange import Exchange, found_in
from maskstudio.ui.files.filemenu import FileMenu
from maskstudio.ui.files.kept_safe import KeptSafe
from maskstudio.ui.files.lost_work import LostWork
from maskstudio.ui.files.masks_in import MaskIn
from maskstudio.ui.files.saving import Saving
from maskstudio.ui.help.about_box import show_about
from maskstudio.ui.help.welcome import Welcome
from maskstudio.ui.services import outgoing_work
from maskstudio.ui.services.outgoing_work import OutgoingWork
from maskstudio.ui.views.view_modes import ViewModes
from maskstudio.ui.widgets import theme
from maskstudio.ui.window import actions, document_verbs, file_verbs, panel_verbs, preference_effects, undoing
from maskstudio.ui.window.action_states import ActionStates
from maskstudio.ui.window.canvasmenu import show_menu
from maskstudio.ui.window.command_help import CommandHelp
from maskstudio.ui.window.finish_first import finishing
from maskstudio.ui.window.job_reports import JobReports
from maskstudio.ui.window.keys_in_use import KeysInUse
from maskstudio.ui.window.leaving import Farewell, Leaving
from maskstudio.ui.window.models_opener import ModelsOpener
from maskstudio.ui.window.other_ways import OtherWays
from maskstudio.ui.window.owed import OwedWork
from maskstudio.ui.window.preference_effects import PreferenceEffects
from maskstudio.ui.window.preferences_opener import PreferencesOpener
from maskstudio.ui.window.refine_workspace import RefineWorkspace
from maskstudio.ui.window.session_news import SessionNews
from maskstudio.ui.window.session_view import SessionView
from maskstudio.ui.window.shell import Shell
from maskstudio.ui.window.topbar import TopBar
from maskstudio.ui.window.tour_start import TourStart
from maskstudio.ui.window.window_verbs import WindowVerbs

_THREADS = 2  # jobs at a time, of all documents together
_AWAY = 64  # jobs at a time that wait for a service


class MainWindow(Shell):
    """Documents in tabs above one canvas, with the panels of the work in their order."""

    def __init__(self, settings: stored.Settings) -> None:
        """Make threads, writer and all parts, connect them, and show the window's first state."""
        self.bridge = Bridge()
        self.writer = Writer(self.bridge.post)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="job", initializer=step_aside)
        self._away = ThreadPoolExecutor(_AWAY, thread_name_prefix="away", initializer=step_aside)
        super().__init__(settings, self._new_session)
        self._closing = self._gone = False
        self._make_files()
        self._make_openers()
        self._make_actions()
        self._build()
        self._connect()
        self.dress()
        self.shown.refresh()
        self.keys.listen()

    # Parts

    def _front(self) -> Session:
        return self.session

    def _new_session(self) -> Session:
        """Make a session that tells the window what happens in it.

        The first one is made before most parts of the window, so its callbacks look the parts up when they are called.
        """
        session = Session(Runner(self.bridge.post, self._pool, self._away))
        session.changed.connect(lambda: self.shown.changed(session))
        session.told = lambda sentence: self.news.told(session, sentence)
        session.written = lambda path, sentence: self.news.written(session, path, sentence)
        session.finding.answered = lambda sentence, sure: self.other_ways.answered(session, sentence, sure=sure)
        session.failed = lambda error: self.job_reports.failed(session, error)
        session.opening.previewed = lambda preview: self.shown.previewed(session, preview)
        session.ending.connect(lambda rect: self.canvas.contents.touch(rect))
        session.adopting.connect(lambda document: self.canvas.contents.adopt(document))
        session.runner.changed = lambda job: self.job_reports.job_changed(session, job)
        session.exporting.open_files = lambda: [path for tab in self.tabs.open for path in tab.session.files]
        session.journalling.safety_changed.connect(lambda: self.kept_safe.refresh())
        session.services.arriving.settled.connect(lambda: self.jobs_panel.owed.refresh())
        session.journalling.put_away.connect(lambda journal: self.closed.put_away(journal))
        session.journalling.begin(self.writer)
        preference_effects.equip(session, self.settings)
        outgoing_work.equip(session, self.settings, lambda: self.outgoing)
        return session

    def _make_files(self) -> None:
        """What brings documents in and out, shows and keeps them, and ends with the window."""
        settings, tabs, notice = self.settings, self.tabs, self.notice
        self.news = SessionNews(tabs, notice)
        self.other_ways = OtherWays(self, notice, self.news.of)
        self.masks = MaskIn(self, notice)
        self.saving = Saving(self, tabs, settings)
        self.files = FileMenu(self, tabs, settings, self.saving.save, self.masks, self._model_added)
        self.exchange = Exchange(tabs, self.files, self.masks, self.news.offer)
        self.closed = ClosedDocuments(self, tabs, settings, notice, self.files.open)
        self.lost_work = LostWork(self, tabs, self.closed.tidy)
        self.autosave = Autosave(self, tabs, settings)
        self.kept_safe = KeptSafe(tabs, settings, self.status.show_safety)
        self.owed = OwedWork(self, tabs, notice)
        self.leaving = Leaving(self, tabs, settings, self.owed, self.saving.save)
        self.farewell = Farewell(self.writer, self._pool, self._away)
        self.shown = SessionView(self, self._photo_opened, self._follow)
        refresh, told = self.shown.refresh, self._follow_job
        self.job_reports = JobReports(tabs, self.status, notice, self.files, self.owed, refresh, told)

    def _make_openers(self) -> None:
        """What the user opens beside the documents, and what a changed preference does."""
        self.effects = PreferenceEffects(
            self.settings,
            self.tabs,
            self.canvas,
            show_theme=self._show_chosen_theme,
            show_overlay=self.viewing.choices.show,
            dress_tools=self.tools.dress,
            time_autosave=self.autosave.keep_time,
            tidy_closed=self.closed.tidy_soon,
            recent_changed=self._show_recent,
        )
        self.effects.wheel()
        self.keys = KeysInUse(self, self.settings, self.viewing.comparison.glance)
        self.command_help = CommandHelp(self, self.settings, self.keys, self.files.open, self.closed)
        self.tour = TourStart(self, self.settings, self._front, self.keys.first)
        self.preferences = PreferencesOpener(
            self,
            self.settings,
            self.effects.by_name(),
            self.keys,
            self._front,
            open_sheet=self.command_help.open_sheet,
            services_changed=self._services_changed,
        )
        self.models = ModelsOpener(
            self,
            self._front,
            changed=self.detect_panel.refresh_models,
            open_settings=partial(self.preferences.open, "models"),
        )
        self.outgoing = OutgoingWork(
            self,
            self.settings,
            self.tabs,
            self.notice,
            (self.detect_panel, self.refine_panel),
            in_sight=lambda: self.canvas.view.visible,
            open_account=self.preferences.open_account,
            keys_of=self.keys.of,
            keep=self._keep_said,
            fail=self.job_reports.failed,
        )

    def verbs(self) -> dict[str, Callable[[], object]]:
        """What each action does, by its id."""
        verbs: dict[str, Callable[[], object]] = {
            **file_verbs.verbs(self.files, self.exchange, self.export_panel.params, self.export_panel.written.params),
            **self.saving.verbs(),
            **self.closed.verbs(),
            "file.quit": self.close,
            **undoing.verbs(self.tools, self._front),
            **document_verbs.verbs(self._front),
            **panel_verbs.verbs(self),
            **self.job_reports.verbs(),
            **self.modes.verbs(),
            **self.viewing.verbs(),
            **self.tools.verbs(),
            **self.tabs.verbs(),
            **self.window_verbs.verbs(),
            **{f"window.{name}": partial(self.show_theme, name) for name in get_args(stored.Theme)},
            **self.command_help.verbs(),
            **self.preferences.verbs(),
            **self.models.verbs(),
            **self.tour.verbs(),
            "help.about": partial(show_about, self),
        }
        return finishing(verbs, self.tools.end, self.tools.take_shown)

    def _make_actions(self) -> None:
        """The actions of the menus, and what takes part in them."""
        self.modes = ViewModes(self.canvas.view, self.viewing.show_mode)
        self.refine_workspace = RefineWorkspace(self.sidebar, self.layers_panel)
        self.window_verbs = WindowVerbs(self, self.keys, self.refine_workspace)
        made = self.actions_by_id = actions.build(self, self.verbs(), self.keys.keymap)
        for part in (self.keys, self.other_ways, self.command_help, self.preferences, self.tour, self.window_verbs):
            part.adopt(made)
        self.tools.build(made)
        self.viewing.adopt(made)
        self.refine_panel.adopt(made)
        self.modes.adopt(made)
        made["view.boxes"].setChecked(True)
        ready, working = (lambda: self.detect_panel.ready), (lambda: bool(self.job_reports.jobs))
        self.states = ActionStates(made, self.tabs, self.tools, ready, working)

    def _build(self) -> None:
        self.recent_menu = QMenu(self.tr("Open Recent"), self)
        self.recent_menu.setToolTipsVisible(True)
        actions.fill(self.menuBar(), self.actions_by_id, self.recent_menu, [self.closed.menu])
        self.top_bar = TopBar(self.actions_by_id, self.viewing.choices, self)
        self.addToolBar(self.top_bar)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.tools.strip)
        made = self.actions_by_id
        welcome = Welcome(made["file.open"], made["file.sample"], made["select.subject"])
        self.arrange(welcome, self.lost_work.offer)

    def _connect(self) -> None:
        """What the user does in one part, and another part does for it."""
        self.tabs.switched.connect(self.shown.follow)
        self.tabs.closing.connect(self.files.close_tab)
        self.tools.underWayChanged.connect(self.states.refresh_undo)
        self.tools.menuRequested.connect(lambda at: show_menu(self.actions_by_id, at, self))
        self.viewing.choices.failed.connect(self.news.warn)
        self.status.cancelled.connect(self.job_reports.cancel_all)
        self.welcome.chosen.connect(self.open)
        self.recent_menu.aboutToShow.connect(lambda: self.files.fill_recent(self.recent_menu))
        self.outgoing.attend()
        self.remember_forms()
        self.detect_panel.addModelRequested.connect(self.files.add_model)
        self.detect_panel.subject.shelfRequested.connect(self.models.open)
        self.detect_panel.objects.shelfRequested.connect(self.models.open)
        self.detect_panel.objects.pointed.connect(self.canvas.tags.point_out)
        self.detect_panel.readinessChanged.connect(self.states.refresh)
        self.export_panel.exportRequested.connect(self.files.export)
        self.export_panel.maskExportRequested.connect(self.files.export_mask)
        self.canvas.view.changed.connect(self.shown.show_place)
        self.canvas.tags.clicked.connect(lambda layer_id: self.session.layers.activate(layer_id))

    def open(self, path: Path) -> None:
        """Open an image; the document that is open stays until the new one is there."""
        self.files.open(path)

    # Reactions

    def _follow(self) -> None:
        """Follow a change in the session in front."""
        self._show_recent()
        self.states.refresh()
        self.kept_safe.refresh()
        self.other_ways.follow()

    def _follow_job(self, job: Job) -> None:
        self.jobs_panel.job_changed(job)
        self.detect_panel.job_changed()
        if job.lane.startswith("layer"):
            self.viewing.edge.follow()  # what is asked for now has another band
        self.files.job_changed(job)
        self.models.job_changed(job)
        self.states.refresh_jobs()
        self.leaving.job_changed(job)

    def _photo_opened(self) -> None:
        self.tour.photo_opened()

    def _services_changed(self) -> None:
        self.outgoing.refresh()

    def _model_added(self, name: str) -> None:
        self.detect_panel.refresh_models(name)
        self.models.refresh()
        self.news.model_added(name)

    def _keep_said(self, sentence: str) -> None:
        self.owed.tell(sentence)
        self.jobs_panel.owed.refresh()

    def _show_recent(self) -> None:
        self.recent_menu.setEnabled(bool(self.settings.recent))

    # Dress

    def show_theme(self, name: stored.Theme) -> None:
        """Dress the application in light, dark or the system's greys."""
        self.settings.theme = name
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, name)

    def _show_chosen_theme(self) -> None:
        self.show_theme(self.settings.theme)

    def dress(self) -> None:
        """Take over the theme's colours."""
        self.actions_by_id[f"window.{self.settings.theme}"].setChecked(True)
        super().dress()
        self.viewing.choices.show()
        self.effects.surround()

    # Events

    def changeEvent(self, event: QEvent) -> None:
        """Make pixmaps in the theme's colours anew for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "sidebar"):
            self.dress()
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.keys.let_go()  # the key is let go elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files, pictures and addresses may be dropped anywhere."""
        if found_in(event.mimeData()) and event.source() is None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped, once the drag is over."""
        if found := found_in(event.mimeData()):
            event.acceptProposedAction()
            QTimer.singleShot(0, lambda: self.exchange.take(found))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved work, wait for owed files, remember the arrangement, and let the other work end."""
        if not self._closing and not self.leaving.may_go():
            event.ignore()
            return
        if self._gone:
            return
        self._gone = self._closing = True
        self.other_ways.give_back()
        self.remember()
        self.bridge.close()
        self.hide()
        for session in self.tabs.sessions:
            session.runner.cancel()
        for part in (self.shown, self.lost_work, self.autosave, self.closed):
            part.stop()
        self.leaving.close_journals()
        self.farewell.begin(partial(stored.save, self.settings))  # what still runs may need a moment to end
        super().closeEvent(event)
