"""The editor window. It only arranges: panels and canvas on one side, the session's verbs on the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu

from maskstudio import settings as stored
from maskstudio.core.document import Document
from maskstudio.core.firstlook import Preview
from maskstudio.core.image import Image
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Runner, step_aside
from maskstudio.journal.writer import Writer
from maskstudio.session.session import Session
from maskstudio.ui.bridge import Bridge
from maskstudio.ui.canvas.scene import Mode
from maskstudio.ui.files.collision import ways_on
from maskstudio.ui.files.exchange import Exchange, found_in
from maskstudio.ui.files.filemenu import Files
from maskstudio.ui.files.incoming import MaskIn
from maskstudio.ui.files.reopening import ClosedDocuments
from maskstudio.ui.files.reveal import show_in_folder
from maskstudio.ui.files.saving import Safety
from maskstudio.ui.help.welcome import Welcome
from maskstudio.ui.registry.entry import When
from maskstudio.ui.services.asking import Sending
from maskstudio.ui.tools.colourpick import ColourPickTool
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.notice import NoticeButton
from maskstudio.ui.window import actions, applied, undoing
from maskstudio.ui.window.bindings import verbs
from maskstudio.ui.window.canvasmenu import show_menu
from maskstudio.ui.window.conveniences import Habits
from maskstudio.ui.window.formmemory import FormMemory
from maskstudio.ui.window.leaving import Farewell, Leaving
from maskstudio.ui.window.owed import Owed
from maskstudio.ui.window.shell import Shell
from maskstudio.ui.window.topbar import TopBar

_THREADS = 2  # jobs at a time, of all documents together
_AWAY = 64  # jobs at a time that wait for a service
_REST = 300  # ms after a change until the history is tidied
_REST_WALKING = 25  # ms after an undo: the steps beyond are made ready for the next one


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


class MainWindow(Shell):
    """One document in a canvas, with the panels of the work in their order."""

    def __init__(self, settings: stored.Settings) -> None:
        self.bridge = Bridge()
        self.writer = Writer(self.bridge.post)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="job", initializer=step_aside)
        self._away = ThreadPoolExecutor(_AWAY, thread_name_prefix="away", initializer=step_aside)
        self.sending = Sending(self)
        super().__init__(settings, self._new_session)
        self.files = Files(self, self.tabs, settings)
        self.safety = Safety(self)
        self.closed = ClosedDocuments(self)
        self._image: Image | None = None
        self.owed, self.leaving = Owed(self), Leaving(self)
        self.farewell = Farewell(self.writer, self._pool, self._away)
        self._closing = self._gone = False
        self.mode: Mode = "overlay"
        self.mode_before: Mode = "overlay"
        self._resting = QTimer(self, singleShot=True, interval=_REST)
        self._build()
        self._connect()
        self.dress()
        self.refresh()
        self.habits.listen()

    # What there is

    @property
    def session(self) -> Session:
        """The session of the document in front."""
        return self.tabs.front.session

    def _new_session(self) -> Session:
        session = Session(Runner(self.bridge.post, self._pool, self._away))
        session.changed = lambda: self._changed(session)
        session.told = lambda sentence: self._told(session, sentence)
        session.written = lambda path, sentence: self._written(session, path, sentence)
        session.failed = lambda error: self.show_failure(session, error)
        session.previewed = lambda preview: self._preview(session, preview)
        session.ending = lambda rect: self.canvas.touch(rect)
        session.adopting = lambda document: self.canvas.adopt(document)
        session.runner.changed = lambda job: self._job_changed(session, job)
        session.open_files = lambda: [path for tab in self.tabs.open for path in tab.session.files]
        session.journalled = lambda: self.safety.refresh()
        session.keep_journal(self.writer)
        applied.equip(self, session)
        self.sending.equip(session)
        return session

    def _build(self) -> None:
        self.masks = MaskIn(self, self.notice)
        self.files.mask_chosen, self.files.dropped = self.masks.from_file, self.masks.dropped
        self.exchange = Exchange(self.tabs, self.files, self.masks, self._offer)
        self.habits = Habits(self, applied.effects(self))
        applied.wheel(self)
        self.actions_by_id = actions.build(self, verbs(self), self.habits.keymap)
        self.habits.adopt(self.actions_by_id)
        self.tools.build(self.actions_by_id)
        self.viewing.adopt(self.actions_by_id)
        self.refine_panel.adopt(self.actions_by_id)
        self.recent_menu = QMenu(self.tr("Open Recent"), self)
        self.recent_menu.setToolTipsVisible(True)
        actions.fill(self.menuBar(), self.actions_by_id, self.recent_menu, [self.closed.menu])
        self.top_bar = TopBar(self.actions_by_id, self.viewing.choices, self)
        self.addToolBar(self.top_bar)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.tools.strip)
        self.arrange(Welcome(self.actions_by_id["file.open"], self.actions_by_id["file.sample"]), self.safety.offer)
        self.actions_by_id["view.overlay"].setChecked(True)
        self.actions_by_id["view.boxes"].setChecked(True)

    def _connect(self) -> None:
        self._resting.timeout.connect(self._settle)
        self.tabs.switched.connect(self._follow)
        self.tools.hint.connect(self.status.show_hint)
        self.tools.underWayChanged.connect(self._show_undo)
        self.status.show_hint(self.tools.tool.hint)  # the first tool told its own before anybody listened
        self.tools.menuRequested.connect(lambda at: show_menu(self.actions_by_id, at, self))
        self.tools.follow(self.session)
        self.viewing.edge.attend(self.tools)
        self.tabs.closing.connect(self.files.close_tab)
        self.status.cancelled.connect(self.cancel_jobs)
        self.welcome.chosen.connect(self.open)
        self.recent_menu.aboutToShow.connect(lambda: self.files.fill_recent(self.recent_menu))
        self.files.model_added = self._model_added
        self.files.save = self.safety.save
        self.sending.attend()
        detect, export = self.detect_panel, self.export_panel
        FormMemory(self.settings, {"detect": detect.form, "cutout": detect.cutout_form, "export": export.form}, self)
        self.detect_panel.addModelRequested.connect(self.files.add_model)
        self.detect_panel.readinessChanged.connect(self._enable)
        self.refine_panel.regionChosen.connect(self.tools.set_region)
        self.refine_panel.spillPickRequested.connect(self._pick_spill)
        self.export_panel.exportRequested.connect(self.files.export)
        self.export_panel.maskExportRequested.connect(self.files.export_mask)
        self.canvas.viewChanged.connect(self._show_view)
        self.viewing.choices.failed.connect(lambda sentence: self.notice.show_sentence(sentence, "warning"))
        self.viewing.attend(self.layers_panel, self.history_panel, self.notice.show_sentence)
        self.canvas.hovered.connect(lambda x, y, alpha: self.status.show_place((x, y, alpha)))
        self.canvas.left.connect(lambda: self.status.show_place(None))
        self.canvas.layerClicked.connect(lambda layer_id: self.session.activate(layer_id))

    def _pick_spill(self) -> None:
        if self.session.document is not None and self.tools.name != ColourPickTool.name:
            self.tools.lend(partial(ColourPickTool, take=self.refine_panel.set_spill))

    def _offer(self, sentence: str, words: str, verb: Callable[[], object]) -> None:
        self.notice.show_sentence(sentence, "warning", words, verb)

    # Files

    def open(self, path: Path) -> None:
        """Open an image; the document that is open stays until the new one is there."""
        self.files.open(path)

    def _model_added(self, name: str) -> None:
        self.detect_panel.refresh_models(name)
        self.notice.show_sentence(self.tr("Added the model {}.").format(name))

    # Showing

    def _changed(self, session: Session) -> None:
        """Show what changed, or that a document has come behind the one in front."""
        tab = self.tabs.of(session)
        if tab is None:
            return
        if session.document is not None and not tab.shown:
            tab.shown, tab.opening = True, None
            self.tabs.come(tab)
        if session.document is not None:
            tab.opening = tab.preview = tab.before = None
        if tab is self.tabs.front:
            self.refresh()
        else:
            self.tabs.refresh()
        history = session.history
        walking = history is not None and history.redo_label is not None
        if walking or not self._resting.isActive():  # whoever undoes is about to undo or redo once more
            self._resting.start(_REST_WALKING if walking else _REST)

    def _preview(self, session: Session, preview: Preview) -> None:
        """Show a first look at what is being opened, in its tab."""
        tab = self.tabs.of(session)
        if tab is None:
            return
        tab.preview, tab.before = Document(preview), self.tabs.front
        if tab is self.tabs.front:
            self.refresh()
        else:
            self.tabs.come(tab)

    def _follow(self) -> None:
        """Another document is in front."""
        self.tools.follow(self.session)
        for panel in self.panels:
            panel.follow(self.session)
        self.refresh()

    def _settle(self) -> None:
        for tab in self.tabs.open:
            tab.session.settle()

    def _told(self, session: Session, sentence: str) -> None:
        self.notice.show_sentence(self._of(session, sentence))

    def _written(self, session: Session, path: Path, sentence: str) -> None:
        """A file is there: say so, and offer to show where."""
        told, words = self._of(session, sentence), self.tr("Show in Folder")
        self.notice.show_sentence(told, "info", words, partial(show_in_folder, path))

    def _of(self, session: Session, sentence: str) -> str:
        """The sentence, with the name of its photo where another one is in front."""
        behind = None if session is self.session else session.document
        return f"{behind.image.name}: {sentence}" if behind else sentence

    def refresh(self) -> None:
        """Show the session of now."""
        self.tabs.refresh()
        document = self.session.document
        if document and document.image is not self._image:
            if files := self.session.files:
                self.settings.remember(files[0])
            self.habits.photo_opened()
        self._image = document.image if document else None
        self.recent_menu.setEnabled(bool(self.settings.recent))
        picture = self.tabs.front.picture
        self.viewing.show(self.tabs.front)
        self.canvas.setVisible(picture is not None)
        self.welcome.setVisible(picture is None)
        if picture is None:
            self.welcome.refresh(self.settings.recent)
        self.tools.refresh()
        for panel in self.panels:
            panel.refresh()
        self._show_title()
        self._enable()
        self._show_view()
        self.safety.refresh()

    def show_mode(self, mode: Mode) -> None:
        """Choose the way of looking."""
        if mode != self.mode:
            self.mode, self.mode_before = mode, self.mode
        self.actions_by_id[f"view.{mode}"].setChecked(True)
        self.viewing.show_mode(mode)

    def show_theme(self, name: stored.Theme) -> None:
        """Dress the application in light, dark or the system's greys."""
        self.settings.theme = name
        theme.apply(_application(), name)

    def dress(self) -> None:
        """Take over the theme's colours."""
        self.actions_by_id[f"window.{self.settings.theme}"].setChecked(True)
        super().dress()
        self.show_overlay()
        applied.surround(self)

    def show_overlay(self) -> None:
        """The overlay as the user wants it."""
        self.viewing.choices.show()

    def _show_title(self) -> None:
        self.setWindowTitle(" – ".join(part for part in (self.tabs.front.name, "maskstudio") if part))

    def _show_view(self) -> None:
        picture = self.tabs.front.picture
        self.status.show_view(self.canvas.scale if picture else None, picture.size if picture else None)
        if picture is None:
            self.status.show_place(None)

    def _enable(self) -> None:
        self._show_undo()
        actions.enable(self.actions_by_id, [when for when, holds in self._conditions().items() if holds])

    def _show_undo(self) -> None:
        labels = undoing.undo_label(self.tools, self.session), undoing.redo_label(self.tools, self.session)
        for name, words, label in zip(("undo", "redo"), (self.tr("Undo {}"), self.tr("Redo {}")), labels, strict=True):
            action = self.actions_by_id[f"edit.{name}"]
            action.setText(words.format(label).strip())
            action.setEnabled(bool(label))

    def _conditions(self) -> dict[When, bool]:
        document, active = self.session.document, self.session.active
        layers = document.layers if document else ()
        return {
            "document": document is not None,
            "model": document is not None and self.detect_panel.ready,
            "layers": bool(layers),
            "layer": active is not None,
            "above": active is not None and active is not layers[-1],
            "below": active is not None and active is not layers[0],
            "undo": bool(undoing.undo_label(self.tools, self.session)),
            "redo": bool(undoing.redo_label(self.tools, self.session)),
            "job": bool(self._jobs),
            "tabs": self.tabs.count() > 1,
        }

    def _job_changed(self, session: Session, job: Job) -> None:
        if job.state == "failed":
            self.owed.failed(session, job)
        if job.lane == "open" and job.state == "cancelled":
            self._drop_cancelled()
        if job.state == "waiting":
            self.notice.forget_job()
        running = self._jobs
        self.status.show_job(running[0] if running else None, len(running) - 1)
        self.jobs_panel.job_changed(job)
        self.detect_panel.job_changed()
        if job.lane.startswith("layer"):
            self.viewing.edge.follow()  # what is asked for now has another band
        self.files.job_changed(job)
        self.actions_by_id["edit.cancelJobs"].setEnabled(bool(running))
        self.leaving.job_changed(job)

    def _drop_cancelled(self) -> None:
        for tab in list(self.tabs.open):
            if not tab.session.runner.under_way("open"):
                self.files.opening_failed(tab)
        self.refresh()

    @property
    def _jobs(self) -> list[Job]:
        """What runs for any document, that of the one in front first."""
        return [job for session in self.tabs.sessions for job in session.runner.jobs]

    def cancel_jobs(self) -> None:
        """Ask everything that runs to stop."""
        for job in self._jobs:
            job.cancel()

    def show_failure(self, session: Session, error: MaskStudioError, offer: NoticeButton | None = None) -> None:
        """Say what went wrong, with ``offer`` or another way on where there is one."""
        if tab := self.tabs.of(session):
            self.files.opening_failed(tab)
        self.refresh()
        if offers := [offer] if offer else ways_on(self.files, session, error, self.owed.again(error)):
            self.owed.forget(error)
            self.notice.show_sentence(str(error), "warning", *offers[0], offers[1:], of_job=True)
        elif not self.owed.say(error):
            self.notice.show_sentence(str(error), "error", of_job=True)

    # Events

    def changeEvent(self, event: QEvent) -> None:
        """Pixmaps in colours of the theme are made anew for a new palette, be it ours or the system's."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "sidebar"):
            self.dress()
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.habits.let_go()  # the key is let go elsewhere

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
        """Ask once about work no file holds, wait for what is owed, remember the arrangement, let the work end."""
        if not self._closing and not self.leaving.may_go():
            event.ignore()
            return
        if self._gone:
            return
        self._gone = self._closing = True
        self.remember()
        self.bridge.close()
        self._resting.stop()
        self.hide()
        for session in self.tabs.sessions:
            session.runner.cancel()
        self.safety.close(keep=self.leaving.keeps_journals)
        self.farewell.begin(
            partial(stored.save, self.settings)
        )  # what still runs may need a moment to come to its next step
        super().closeEvent(event)
