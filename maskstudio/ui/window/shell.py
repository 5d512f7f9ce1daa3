"""The shell of the window: panels, docks and tabs, and their remembered places. It knows no verb."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from maskstudio import settings as stored
from maskstudio.session.session import Session
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.files.tabs import Tabs
from maskstudio.ui.help.welcome import Welcome
from maskstudio.ui.panels.adjust import AdjustPanel
from maskstudio.ui.panels.detect import DetectPanel
from maskstudio.ui.panels.export import ExportPanel
from maskstudio.ui.panels.history import HistoryPanel
from maskstudio.ui.panels.jobs import JobsPanel
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.mask import MaskPanel
from maskstudio.ui.panels.refine import RefinePanel
from maskstudio.ui.tools.colourpick import ColourPickTool
from maskstudio.ui.tools.tools import Tools
from maskstudio.ui.views.view_controls import ViewControls
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.icons import icon
from maskstudio.ui.widgets.notice import Notice
from maskstudio.ui.window.formmemory import FormMemory
from maskstudio.ui.window.sidebar import Sidebar
from maskstudio.ui.window.status import StatusLine


class Shell(QMainWindow):
    """The parts of the window. ``make`` makes the sessions of its tabs."""

    def __init__(self, settings: stored.Settings, make: Callable[[], Session]) -> None:
        """Make canvas, tools, notice, status line, tabs, views and panels; ``arrange`` puts them in place."""
        super().__init__()
        self.setObjectName("mainWindow")
        self.setAcceptDrops(True)
        self.settings = settings
        self.canvas = Canvas()
        self.tools = Tools(self.canvas, settings, self)
        self.notice = Notice()
        self.status = StatusLine()
        self.setStatusBar(self.status)
        self.tabs = Tabs(make)
        self.viewing = ViewControls(self.canvas, settings, lambda: self.session.runner, lambda: self.tabs.open, self)
        self._build_panels(self.tabs.front.session)

    @property
    def session(self) -> Session:
        """The session of the document in front."""
        return self.tabs.front.session

    def _build_panels(self, session: Session) -> None:
        """The panels of the session in front, one above the other in the sidebar."""
        self.detect_panel, self.layers_panel = DetectPanel(session), LayersPanel(session)
        self.mask_panel, self.refine_panel = MaskPanel(session), RefinePanel(session)
        self.adjust_panel, self.history_panel = AdjustPanel(session), HistoryPanel(session)
        self.export_panel, self.jobs_panel = ExportPanel(session), JobsPanel(session)
        self.panels = (
            self.detect_panel,
            self.layers_panel,
            self.mask_panel,
            self.refine_panel,
            self.adjust_panel,
            self.export_panel,
            self.history_panel,
            self.jobs_panel,
        )
        self.refine_panel.regionChosen.connect(self.adjust_panel.show_region)
        self.sidebar = Sidebar()
        add = self.sidebar.add
        navigator = add(self.viewing.navigator, self.tr("Navigator"))
        navigator.hide()
        self.viewing.show_navigator = navigator.setVisible
        add(self.detect_panel, self.tr("Detect"), "detect")
        add(self.layers_panel, self.tr("Layers"), "layers", tools=self.layers_panel.tools, stretches=True)
        add(self.mask_panel, self.tr("Mask"), "mask", tools=self.mask_panel.tools)
        add(self.refine_panel, self.tr("Refine edge"), "refine")
        self.sidebar.add_section(self.refine_panel.halo, self.tr("Halo meter"), "view-worst")
        add(self.adjust_panel, self.tr("Adjust"), "adjust", tools=self.adjust_panel.tools)
        add(self.export_panel, self.tr("Export"), "export", tools=self.export_panel.tools)
        add(self.history_panel, self.tr("History"), "history")
        add(self.jobs_panel, self.tr("Jobs"), "jobs")

    def arrange(self, welcome: Welcome, offer: QWidget) -> None:
        """Put everything in its place; ``welcome`` fills the stage while nothing is open, ``offer`` comes above it."""
        self.welcome = welcome
        stage = QWidget()
        stacked = QStackedLayout(stage)
        stacked.setStackingMode(QStackedLayout.StackingMode.StackAll)
        stacked.addWidget(self.welcome)
        stacked.addWidget(self.viewing.compare)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools.options)
        column.addWidget(self.tabs)
        column.addWidget(offer)
        column.addWidget(stage, 1)
        self.notice.lie_over(stage)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("splitter")
        self.setCentralWidget(self.splitter)  # while it is empty, since Qt styles a moved widget anew with all it holds
        self.splitter.addWidget(middle)
        self.splitter.addWidget(self.sidebar)
        self.sidebar.strip.come_before(self.detect_panel)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        self._join()
        self._restore()

    def _join(self) -> None:
        """Connect the parts with each other."""
        canvas, tools, status = self.canvas, self.tools, self.status
        tools.hint.connect(status.show_hint)
        status.show_hint(tools.tool.hint)  # the first tool emitted its hint before this was connected
        tools.follow(self.session)
        self.viewing.edge.attend(tools)
        self.viewing.attend(self.layers_panel, self.history_panel, self.notice.show_sentence)
        self.refine_panel.regionChosen.connect(tools.set_region)
        self.refine_panel.spillPickRequested.connect(self._pick_spill)
        canvas.hover.over.connect(lambda x, y, alpha: status.show_place((x, y, alpha)))
        canvas.hover.left.connect(lambda: status.show_place(None))

    def _pick_spill(self) -> None:
        if self.session.document is not None and self.tools.name != ColourPickTool.name:
            self.tools.lend(partial(ColourPickTool, take=self.refine_panel.set_spill))

    def dress(self) -> None:
        """Take over the theme's icons."""
        for name in ("qt_toolbar_ext_button", "qt_menubar_ext_button"):  # shown if room lacks; Qt's icons are black
            for more in self.findChildren(QToolButton, name):
                more.setIcon(icon("more"))
                more.setAccessibleName(self.tr("More"))
        self.tools.dress()
        self.notice.dress()
        self.welcome.dress()

    def remember_forms(self) -> None:
        """Restore the values of the panels' forms, and keep later changes."""
        detect, export = self.detect_panel, self.export_panel
        forms: dict[str, Form[Any]] = {
            "detect": detect.form,
            "subject": detect.subject.form,  # not "cutout": kept before there was a choice, that names a model
            "export": export.form,
            "written": export.written,
        }
        FormMemory(self.settings, forms, self)

    def remember(self) -> None:
        """Put the arrangement into the settings, without saving them."""
        states = {"geometry": self.saveGeometry(), "panels": self.sidebar.state(), "split": self.splitter.saveState()}
        self.settings.window = {name: bytes(state.toBase64().data()).decode() for name, state in states.items()}

    def _restore(self) -> None:
        """Restore the arrangement; at the first start, use the default one."""
        saved = {name: QByteArray.fromBase64(text.encode()) for name, text in self.settings.window.items()}
        self.resize(1440, 900)
        self.splitter.setSizes([1100, 320])
        for name in ("adjustPanel", "historyPanel", "jobsPanel"):
            self.sidebar.fold(name, True)
        if "geometry" in saved:
            self.restoreGeometry(saved["geometry"])
        if "panels" in saved:
            self.sidebar.restore(saved["panels"])
        if "split" in saved:
            self.splitter.restoreState(saved["split"])
