"""The window of models: the list at the left, the chosen one at the right. Files may be dropped on it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from maskstudio.errors import MaskStudioError, Untrusted
from maskstudio.jobs import Job
from maskstudio.names import shown
from maskstudio.session.session import Session
from maskstudio.session.shelving import MODEL_FILES, Shelved
from maskstudio.ui.files import choosing_files
from maskstudio.ui.files.file_manager import show_in_folder
from maskstudio.ui.files.file_urls import path_in
from maskstudio.ui.models import model_words
from maskstudio.ui.models.model_details import ModelDetails
from maskstudio.ui.models.model_table import ModelTable
from maskstudio.ui.models.model_words import said
from maskstudio.ui.models.model_work import WorkUnderWay
from maskstudio.ui.models.question import Question
from maskstudio.ui.widgets import parts, theme

_SIZE = QSize(980, 640)


class ModelsWindow(QDialog):
    """The models on this machine.

    ``session`` gives the session in front, whose jobs do the work. ``changed`` is emitted when a model may have become
    ready, or no longer is; ``settingsRequested`` when the user wants the settings of models.
    """

    changed = Signal()
    settingsRequested = Signal()  # noqa: N815

    def __init__(self, parent: QWidget, session: Callable[[], Session]) -> None:
        """Make the window; models are listed when it is shown."""
        super().__init__(parent)
        self.setObjectName("modelsWindow")
        self.setWindowTitle(said("Models"))
        self.setAcceptDrops(True)
        self._session = session
        self._shelf: dict[str, Shelved] = {}
        self.work = WorkUnderWay()
        self._measured = ""  # the model that was being measured when a job was last heard of
        self._adding: dict[str, Path] = {}  # files on their way onto the shelf, by the lane of their job
        self._wanted = ""  # the model to choose once it is listed
        self.table, self.question = ModelTable(), Question()
        shelving = session().shelving
        self.details = ModelDetails(npm=shelving.npm_here(), converts=not shelving.conversion_problem())
        self._summary, self._totals = QLabel(), ""
        self._summary.setObjectName("hint")
        self.add_button = self._button(said("Add…"), "addModelFile", self._choose_file)
        self.add_button.setToolTip(said("Add a model file you have: {}").format(", ".join(MODEL_FILES)))
        self.measure_button = self._button(said("Measure All"), "measureModels", self._measure_all)
        self._again = QTimer(self, singleShot=True, interval=0)
        self._again.timeout.connect(self.refresh)
        self._arrange()
        self.table.picked.connect(lambda _: self._show_chosen())
        self.table.itemActivated.connect(lambda *_: self._first())
        self.table.removing.connect(lambda: self._do("remove"))
        self.details.asked.connect(self._do)
        self.resize(_SIZE.boundedTo(parent.screen().availableSize() - QSize(60, 80)))

    def _button(self, words: str, name: str, verb: Callable[[], object]) -> QPushButton:
        made = QPushButton(words)
        made.setObjectName(name)
        made.setAutoDefault(False)
        made.clicked.connect(lambda: verb())
        return made

    def _arrange(self) -> None:
        """Summary and general buttons above, list and details below, a place for questions, and the foot."""
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.details)
        area.setMinimumWidth(280)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(area)
        split.setSizes([590, 370])
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        top = QHBoxLayout()
        top.addWidget(self._summary, 1)
        top.addWidget(self.measure_button)
        top.addWidget(self.add_button)
        inner = QVBoxLayout()
        inner.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.MARGIN, theme.SPACE)
        inner.setSpacing(theme.SPACE)
        inner.addLayout(top)
        inner.addWidget(split, 1)
        inner.addWidget(self.question)
        close = QPushButton(said("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        settings = self._button(said("Settings of Models…"), "modelSettings", self.settingsRequested.emit)
        settings.setToolTip(said("Memory for models, and a mirror"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(inner, 1)
        whole.addWidget(parts.foot(close, aside=settings))

    # Showing

    def open_at(self, name: str = "") -> None:
        """Show the window, with the model ``name`` chosen if it is given."""
        self._wanted = name or self._wanted
        self.show()
        self.activateWindow()
        self.table.setFocus()
        if self._shelf:
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """List the models."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """List the models again, on a thread."""
        if self.isVisible():
            self._session().shelving.list_models(self._listed)

    def _listed(self, shelf: list[Shelved]) -> None:
        """Show what was found."""
        self._shelf = {each.name: each for each in shelf}
        self.table.show_shelf(shelf)
        if self._wanted in self._shelf:
            self.table.choose(self._wanted)
            self._wanted = ""
        disk, memory = self._session().shelving.totals(shelf)
        self._totals = model_words.summary(shelf, disk, memory)
        self._show_work()
        self._show_chosen()

    def job_changed(self, job: Job) -> None:
        """Show how a job stands; jobs that do not concern models are passed over."""
        if not self.work.take(job):
            self._again.start() if job.finished and self.isVisible() else None  # it may have loaded a model
            return
        if job.finished:
            self._ended(job)
        if job.finished or self.work.measured_now != self._measured:  # then one has been measured
            self._again.start()
        self._measured = self.work.measured_now
        self._show_work()
        if (chosen := self._chosen) is not None:
            self.details.show_work(chosen, self.work.of(chosen.name))
        self._enable()

    def _show_work(self) -> None:
        """Show in each line, and above, how far the work is."""
        for name in self._shelf:
            self.table.show_work(name, self.work.of(name))
        self._summary.setText(" · ".join(filter(None, (self._totals, self.work.measured_so_far()))))

    def _ended(self, job: Job) -> None:
        """Say why a job failed, or ask for trust in the file that it was about."""
        path = self._adding.pop(job.lane, None)
        if isinstance(job.error, Untrusted) and path is not None:
            self.question.ask(model_words.doubt(path.name), said("Trust This File"), lambda: self.add(path, trust=True))
        elif job.error is not None:
            self.question.tell(str(job.error), "bad")

    def _show_chosen(self) -> None:
        if (chosen := self._chosen) is not None:
            self.details.show_entry(chosen, self.work.of(chosen.name))
        self._enable()

    def _enable(self) -> None:
        """Let the button that measures say what it does now, or why there is nothing to do."""
        unmeasured, measuring = bool(self._unmeasured), self.work.measuring is not None
        self.measure_button.setEnabled(unmeasured or measuring)
        self.measure_button.setText(said("Stop Measuring") if measuring else said("Measure All"))
        if measuring:
            tip = said("Stop; what was measured is kept")
        elif unmeasured:
            tip = said("Measure how many seconds each ready model takes on this machine")
        else:
            tip = said("Every model that is ready has been measured; measure one again with its own button")
        self.measure_button.setToolTip(tip)

    @property
    def _unmeasured(self) -> list[str]:
        """The names of the models that can be measured and were not."""
        return [each.name for each in self._shelf.values() if each.measurable and each.seconds is None]

    @property
    def _chosen(self) -> Shelved | None:
        return self._shelf.get(self.table.chosen)

    # Doing

    def _first(self) -> None:
        """What Enter does: the first thing that can be done with the chosen model."""
        for deed in ("download", "package", "trust", "measure"):
            if self.details.buttons[deed].isVisibleTo(self.details):
                self._do(deed)
                return

    def _do(self, deed: str) -> None:
        """Do with the chosen model what a button says."""
        chosen = self._chosen
        if chosen is None:
            return
        self.question.drop()
        shelving, name = self._session().shelving, chosen.name
        if deed == "pause":
            if (work := self.work.of(name)) is not None:
                work.job.cancel()
            return
        deeds: dict[str, Callable[[], object]] = {
            "download": lambda: shelving.pull(name, self.changed.emit),
            "discard": lambda: self._now(shelving.discard, name),
            "package": lambda: shelving.fetch_package(name, self.changed.emit),
            "trust": lambda: shelving.trust(name, self.changed.emit),
            "measure": lambda: self._measure([name]),
            "convert": lambda: shelving.to_onnx(name, self._made),
            "let_go": lambda: self._now(shelving.let_go, name),
            "reveal": lambda: show_in_folder(chosen.path) if chosen.path else None,
            "remove": lambda: self._ask_remove(chosen),
        }
        deeds[deed]()

    def _now(self, deed: Callable[[str], object], name: str) -> None:
        """Do what takes no time, and list again."""
        try:
            deed(name)
        except MaskStudioError as error:
            self.question.tell(str(error), "bad")
        self.refresh()
        self.changed.emit()

    def _ask_remove(self, chosen: Shelved) -> None:
        if not chosen.own or chosen.path is None:
            return
        again = said("It can be downloaded again.") if chosen.entry and chosen.entry.digests else ""
        words = said("Delete {} ({}) from this machine?").format(
            shown(chosen.path.name), model_words.size(chosen.disk) or said("a link")
        )
        remove = self._session().shelving.remove
        self.question.ask(f"{words} {again}".strip(), said("Delete"), lambda: self._now(remove, chosen.name))

    def _measure_all(self) -> None:
        """Measure what was not measured yet, or stop that."""
        if (measuring := self.work.measuring) is not None:
            measuring.cancel()
        elif names := self._unmeasured:
            self._measure(names)

    def _measure(self, names: list[str]) -> None:
        self.work.measures(names)
        self._session().shelving.measure(names, lambda: None)

    def _choose_file(self) -> None:
        if path := choosing_files.ask_model(self):
            self.add(path)

    def add(self, path: Path, *, trust: bool = False) -> None:
        """Take a file onto the shelf; one that could run code is asked about first."""
        self.question.drop()
        self._adding[f"add {path}"] = path
        self._session().shelving.add(path, trust=trust, done=self._made)

    def _made(self, name: str) -> None:
        self._wanted = name
        self.changed.emit()
        self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that may be models."""
        if _models_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped, once the drag is over."""
        if files := _models_in(event):
            event.acceptProposedAction()
            for path in files:
                QTimer.singleShot(0, self, lambda path=path: self.add(path))


def _models_in(event: QDropEvent) -> list[Path]:
    """The files in a drop that may be models."""
    found = (path_in(url) for url in event.mimeData().urls())
    return [path for path in found if path is not None and path.suffix.lower() in MODEL_FILES]
