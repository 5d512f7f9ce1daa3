"""The editor window. It only arranges: panels and canvas on one side, the session's verbs on the other."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from maskstudio import settings as stored
from maskstudio.core.image import Image
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Runner
from maskstudio.session import Session
from maskstudio.ui import actions, dialogs, theme
from maskstudio.ui.bridge import Bridge
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.scene import MODES, Mode
from maskstudio.ui.files import Files
from maskstudio.ui.icons import icon, resource
from maskstudio.ui.notice import Notice
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.export import ExportPanel
from maskstudio.ui.panels.jobs import JobsPanel
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.mask import MaskPanel
from maskstudio.ui.panels.refine import RefinePanel
from maskstudio.ui.sidebar import Sidebar
from maskstudio.ui.status import StatusLine
from maskstudio.ui.topbar import TopBar
from maskstudio.ui.welcome import Welcome


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


class MainWindow(QMainWindow):
    """One document in a canvas, with the panels of the work in their order."""

    def __init__(self, settings: stored.Settings) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setAcceptDrops(True)
        self.settings = settings
        self.bridge = Bridge()
        self.session = Session(Runner(self.bridge.post))
        self.session.changed = self.refresh
        self.session.told = lambda sentence: self.notice.show_sentence(sentence)
        self.session.failed = self._show_error
        self.session.runner.changed = self._job_changed
        self.files = Files(self, self.session, settings)
        self.files.model_added = self._model_added
        self._image: Image | None = None
        self._closing = False
        self._closes_when_written = False
        self._mode: Mode = "overlay"
        self._build()
        self._restore()
        self.refresh()
        _application().installEventFilter(self)

    # What there is

    def _build(self) -> None:
        self.canvas = Canvas()
        self.notice = Notice()
        self.actions_by_id = actions.build(self, self._verbs())
        self.recent_menu = QMenu(self.tr("Open Recent"), self)
        self.recent_menu.setToolTipsVisible(True)
        actions.fill(self.menuBar(), self.actions_by_id, self.recent_menu)
        self.top_bar = TopBar(self.actions_by_id, self.settings, self._show_overlay, self)
        self.addToolBar(self.top_bar)
        self.status = StatusLine()
        self.status.cancelled.connect(self.session.runner.cancel)
        self.setStatusBar(self.status)
        self.welcome = Welcome(self.actions_by_id["file.open"], self.actions_by_id["file.sample"])
        self.welcome.chosen.connect(lambda path: self.open(Path(path)))
        self._build_panels()
        self._arrange()
        self.canvas.viewChanged.connect(self._show_view)
        self.canvas.hovered.connect(lambda x, y, alpha: self.status.show_place((x, y, alpha)))
        self.canvas.left.connect(lambda: self.status.show_place(None))
        self.canvas.layerClicked.connect(self.session.activate)
        self.actions_by_id["view.overlay"].setChecked(True)
        self.actions_by_id["view.boxes"].setChecked(True)
        self.dress()

    def _build_panels(self) -> None:
        session = self.session
        self.detect_panel, self.layers_panel = DetectPanel(session), LayersPanel(session)
        self.mask_panel, self.refine_panel = MaskPanel(session), RefinePanel(session)
        self.export_panel, self.jobs_panel = ExportPanel(session), JobsPanel(session)
        self.panels = (
            self.detect_panel,
            self.layers_panel,
            self.mask_panel,
            self.refine_panel,
            self.export_panel,
            self.jobs_panel,
        )
        self.detect_panel.addModelRequested.connect(self.files.add_model)
        self.detect_panel.readinessChanged.connect(self._enable)
        self.export_panel.exportRequested.connect(self.files.export)
        self.export_panel.maskExportRequested.connect(self.files.export_mask)
        self.sidebar = Sidebar()
        add = self.sidebar.add
        add(self.detect_panel, self.tr("Detect"))
        add(self.layers_panel, self.tr("Layers"), tools=self.layers_panel.tools, stretches=True)
        add(self.mask_panel, self.tr("Mask"), tools=self.mask_panel.tools)
        add(self.refine_panel, self.tr("Refine edge"))
        add(self.export_panel, self.tr("Export"), tools=self.export_panel.tools)
        add(self.jobs_panel, self.tr("Jobs"))

    def _arrange(self) -> None:
        stage = QWidget()
        stacked = QStackedLayout(stage)
        stacked.setStackingMode(QStackedLayout.StackingMode.StackAll)
        stacked.addWidget(self.welcome)
        stacked.addWidget(self.canvas)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(stage, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("splitter")
        self.splitter.addWidget(middle)
        self.splitter.addWidget(self.sidebar)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        self.setCentralWidget(self.splitter)

    def _verbs(self) -> dict[str, Callable[[], object]]:
        session = self.session
        modes = {f"view.{mode}": partial(self.show_mode, mode) for mode in MODES}
        themes = {f"window.{name}": partial(self.show_theme, name) for name in get_args(stored.Theme)}
        return {
            "file.open": self.files.ask_open,
            "file.sample": lambda: self.open(resource("samples/grace_hopper.jpg")),
            "file.importMask": self.files.import_mask,
            "file.export": lambda: self.files.export(self.export_panel.params()),
            "file.exportMask": lambda: self.files.export_mask(self.export_panel.params()),
            "file.addModel": self.files.add_model,
            "file.close": self.files.close,
            "file.quit": self.close,
            "edit.undo": session.undo,
            "edit.redo": session.redo,
            "edit.cancelJobs": session.runner.cancel,
            "select.detect": lambda: self.detect_panel.detect(),
            "select.subject": lambda: self.detect_panel.remove_background(),
            "select.refine": lambda: self.refine_panel.refine(),
            "layer.visible": self._toggle_visible,
            "layer.up": lambda: self._move_layer(1),
            "layer.down": lambda: self._move_layer(-1),
            "layer.delete": self._delete_layer,
            "view.nextMode": lambda: self.show_mode(MODES[(MODES.index(self._mode) + 1) % len(MODES)]),
            "view.previousMode": lambda: self.show_mode(MODES[MODES.index(self._mode) - 1]),
            "view.fit": lambda: self.canvas.fit(),
            "view.actual": lambda: self.canvas.actual_pixels(),
            "view.zoomIn": lambda: self.canvas.zoom_in(),
            "view.zoomOut": lambda: self.canvas.zoom_out(),
            "view.boxes": lambda: self.canvas.set_show_boxes(self.actions_by_id["view.boxes"].isChecked()),
            "help.shortcuts": lambda: dialogs.show_shortcuts(self),
            "help.about": lambda: dialogs.show_about(self),
            **modes,
            **themes,
        }

    # Files

    def open(self, path: Path) -> None:
        """Open an image; the document that is open stays until the new one is there."""
        self.files.open(path)

    def _model_added(self, name: str) -> None:
        self.detect_panel.refresh_models(name)
        self.notice.show_sentence(self.tr("Added the model {}.").format(name))

    # Showing

    def refresh(self) -> None:
        """Show the session of now."""
        document = self.session.document
        if document and document.image.path and document.image is not self._image:
            self.settings.remember(document.image.path)
        self._image = document.image if document else None
        self.files.fill_recent(self.recent_menu)
        self.canvas.set_document(document)
        self.canvas.setVisible(document is not None)
        self.welcome.setVisible(document is None)
        if document is None:
            self.welcome.refresh(self.settings.recent)
        for panel in self.panels:
            panel.refresh()
        self._show_title()
        self._enable()
        self._show_view()

    def show_mode(self, mode: Mode) -> None:
        """Choose the way of looking."""
        self._mode = mode
        self.actions_by_id[f"view.{mode}"].setChecked(True)
        self.canvas.set_mode(mode)

    def show_theme(self, name: stored.Theme) -> None:
        """Dress the application in light, dark or the system's greys."""
        self.settings.theme = name
        theme.apply(_application(), name)

    def dress(self) -> None:
        """Take over the theme's icons and colours."""
        self.actions_by_id[f"window.{self.settings.theme}"].setChecked(True)
        actions.dress(self.actions_by_id)
        self.sidebar.dress()
        for name in ("qt_toolbar_ext_button", "qt_menubar_ext_button"):  # for what has no room; Qt's own are black
            if more := self.findChild(QToolButton, name):
                more.setIcon(icon("more"))
                more.setAccessibleName(self.tr("More"))
        self.status.set_icon(icon("cancel"))
        self.notice.dress()
        self.welcome.dress()
        self._show_overlay()

    def _show_overlay(self) -> None:
        chosen = self.settings
        self.canvas.set_overlay(QColor(chosen.overlay_colour), chosen.overlay_opacity, chosen.overlay_side)

    def _show_title(self) -> None:
        document = self.session.document
        name = document.image.name if document else ""
        mark = "•" if self.session.unexported else ""
        self.setWindowTitle(" – ".join(part for part in (f"{name} {mark}".strip(), "maskstudio") if part))

    def _show_view(self) -> None:
        document = self.session.document
        self.status.show_view(self.canvas.scale if document else None, document.size if document else None)
        if document is None:
            self.status.show_place(None)

    def _enable(self) -> None:
        history = self.session.history
        undo = history.undo_label if history else None
        redo = history.redo_label if history else None
        self.actions_by_id["edit.undo"].setText(self.tr("Undo {}").format(undo or "").strip())
        self.actions_by_id["edit.redo"].setText(self.tr("Redo {}").format(redo or "").strip())
        actions.enable(self.actions_by_id, [when for when, holds in self._conditions().items() if holds])

    def _conditions(self) -> dict[actions.When, bool]:
        history, document, active = self.session.history, self.session.document, self.session.active
        layers = document.layers if document else ()
        return {
            "document": document is not None,
            "model": document is not None and self.detect_panel.ready,
            "layers": bool(layers),
            "layer": active is not None,
            "above": active is not None and active is not layers[-1],
            "below": active is not None and active is not layers[0],
            "undo": history is not None and history.undo_label is not None,
            "redo": history is not None and history.redo_label is not None,
            "job": bool(self.session.runner.jobs),
        }

    def _job_changed(self, job: Job) -> None:
        running = self.session.runner.jobs
        self.status.show_job(running[0] if running else None, len(running) - 1)
        self.jobs_panel.job_changed(job)
        self.actions_by_id["edit.cancelJobs"].setEnabled(bool(running))
        if self._closes_when_written and not self.session.exporting:
            QTimer.singleShot(0, self._close_if_written)

    def _close_if_written(self) -> None:
        if self._closes_when_written:
            self._closes_when_written = False
            self.close()

    def _show_error(self, error: MaskStudioError) -> None:
        self._closes_when_written = False
        self.refresh()
        if offer := self.files.way_out(error):
            self.notice.show_sentence(str(error), "warning", *offer)
        else:
            self.notice.show_sentence(str(error), "error")

    # Layers

    def _toggle_visible(self) -> None:
        if layer := self.session.active:
            self.session.set_visible(layer.id, not layer.visible)

    def _delete_layer(self) -> None:
        if layer := self.session.active:
            self.session.delete(layer.id)

    def _move_layer(self, by: int) -> None:
        document, layer = self.session.document, self.session.active
        if document and layer:
            self.session.move(layer.id, document.layers.index(layer) + by)

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Holding ` shows the photo alone; letting go brings the view back."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            typing = isinstance(QApplication.focusWidget(), QLineEdit)
            if (
                event.key() == Qt.Key.Key_QuoteLeft
                and not event.isAutoRepeat()
                and not typing
                and self.isActiveWindow()
            ):
                self.canvas.hold_original(event.type() == QEvent.Type.KeyPress)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Icons are pixmaps: a new palette, from us or from the system, needs new ones."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "sidebar"):
            self.dress()
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.canvas.hold_original(False)  # the key is let go elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped, once the drag is over."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            QTimer.singleShot(0, lambda: self.files.drop([Path(file) for file in files]))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let files be written out, ask about work never exported, remember the arrangement, stop the jobs."""
        if not self._closing and self.session.exporting:
            self._closes_when_written = True
            self.notice.show_sentence(self.tr("A file is still being written; the window closes when it is done."))
            event.ignore()
            return
        if not self._closing and not self.files.may_leave():
            event.ignore()
            return
        self._closing = True
        self._remember()
        self.bridge.close()
        self.hide()  # what still runs may need a moment to come to its next step
        self.session.runner.shutdown()
        super().closeEvent(event)

    def _remember(self) -> None:
        states = {"geometry": self.saveGeometry(), "panels": self.sidebar.state(), "split": self.splitter.saveState()}
        self.settings.window = {name: bytes(state.toBase64().data()).decode() for name, state in states.items()}
        stored.save(self.settings)

    def _restore(self) -> None:
        saved = {name: QByteArray.fromBase64(text.encode()) for name, text in self.settings.window.items()}
        self.resize(1440, 900)
        self.splitter.setSizes([1100, 320])
        self.sidebar.fold("jobsPanel", True)
        if "geometry" in saved:
            self.restoreGeometry(saved["geometry"])
        if "panels" in saved:
            self.sidebar.restore(saved["panels"])
        if "split" in saved:
            self.splitter.restoreState(saved["split"])
