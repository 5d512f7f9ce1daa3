"""The verbs on files: they ask which file and where, warn of what would be lost, and call the session."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from maskstudio import paths
from maskstudio.errors import MaskStudioError, TooLarge, Untrusted
from maskstudio.jobs import Job
from maskstudio.names import path_of, shown
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.session.keeping import Over
from maskstudio.session.session import Session
from maskstudio.session.shelving import MODEL_FILES
from maskstudio.settings import Settings
from maskstudio.ui.files import choosing_files, unsaved_work
from maskstudio.ui.files.masks_in import MaskIn
from maskstudio.ui.files.tabs import Tab, Tabs
from maskstudio.ui.widgets.notice import NoticeButton
from maskstudio.ui.widgets.shortened import short
from maskstudio.ui.widgets.typed_text import hand_over

_CUTOUT, _MASK = "-cutout", "-mask"  # added to the photo's name


class _Export(NamedTuple):
    """An export: what is written, and where; of a cut-out, ``written`` says what is put behind it."""

    path: Path
    params: ExportParams
    written: CutoutParams | None  # None for the mask


def _tr(text: str) -> str:
    return QCoreApplication.translate("files", text)


class FileMenu:
    """The verbs of the File menu; its dialogs stand over ``window``.

    ``save`` saves the project in front; ``masks`` imports files that are masks; ``model_added(name)`` is called once a
    weight file is in the models folder.
    """

    def __init__(
        self,
        window: QWidget,
        tabs: Tabs,
        settings: Settings,
        save: Callable[[], Job | None],
        masks: MaskIn,
        model_added: Callable[[str], None],
    ) -> None:
        """Start with nothing exported, nothing failed and nothing waiting to be saved."""
        self._window, self._tabs, self._settings = window, tabs, settings
        self._save, self._masks, self._model_added = save, masks, model_added
        self._failed: Path | None = None
        self._adding: Path | None = None
        # Where cut-outs (False) and masks (True) were last written.
        self._exported: WeakKeyDictionary[Session, dict[bool, Path]] = WeakKeyDictionary()
        self._last: WeakKeyDictionary[Session, _Export] = WeakKeyDictionary()  # the last export of any kind
        self._saving: dict[Job, Callable[[], object]] = {}

    @property
    def _session(self) -> Session:
        return self._tabs.front.session

    # Photos

    def open(self, path: Path, *, anyway: bool = False, again: bool = False) -> None:
        """Open an image in a tab of its own, which comes to the front once it is loaded.

        A file that is open already is brought to the front, or, with ``again``, opened anew as it is on the disk.
        """
        path = path.absolute()
        if not again and (tab := self._tabs.showing(path)):
            self._tabs.show_tab(tab)
            return
        tab = self._tabs.fresh()
        tab.opening = path
        if anyway:
            tab.session.opening.open(path, limit=None)
        else:
            tab.session.opening.open(path)

    def opening_failed(self, tab: Tab) -> None:
        """Take away the tab in which nothing could be opened; the tab in front before comes back."""
        if tab.opening is not None and tab.session.document is None:
            self._failed, tab.opening, tab.preview = tab.opening, None, None
            if tab is self._tabs.front and tab.before in self._tabs.open:
                self._tabs.go_back(tab.before)
            if tab is not self._tabs.front:
                self._tabs.remove(tab)

    def drop(self, paths: list[Path]) -> None:
        """Open the photos dropped on the window; model files among them are added."""
        for path in paths:
            if path.suffix.lower() in MODEL_FILES:
                self._add(path, trust=False)
            elif len(paths) == 1 and self._tabs.showing(path.absolute()) is None:
                self._masks.dropped(self._session, path, partial(self.open, path))
            else:
                self.open(path)

    def ask_open(self) -> None:
        """Let the user choose images."""
        for path in choosing_files.ask_images(self._window, self._settings):
            self.open(path)

    def import_mask(self) -> None:
        """Let the user choose a mask to add as a layer."""
        if path := choosing_files.ask_image(self._window, self._settings, _tr("Import Mask")):
            self._masks.from_file(self._session, path)

    def import_trimap(self) -> None:
        """Let the user choose a trimap for the active layer."""
        layer = self._session.active
        if layer and (path := choosing_files.ask_image(self._window, self._settings, _tr("Import Trimap"))):
            self._session.edging.import_trimap(layer.id, path, resize=True)

    def match(self, kind: Literal["plate", "second"]) -> None:
        """Let the user choose the photo that alpha is measured from."""
        titles = {
            "plate": _tr("Choose the Same Scene without the Object"),
            "second": _tr("Choose the Same Object before Another Background"),
        }
        if path := choosing_files.ask_image(self._window, self._settings, titles[kind]):
            self._session.matching.match(path, kind)

    def close(self) -> None:
        """Close the photo in front; asks first if there is work in it that no file holds."""
        self.close_tab(self._tabs.front)

    def close_tab(self, tab: Tab) -> None:
        """Close a photo; asks first if there is work in it that no file holds."""
        hand_over()
        if self._may_leave(tab, partial(self._close_saved, tab)):
            tab.session.close()
            self._tabs.remove(tab)

    def _close_saved(self, tab: Tab) -> None:
        if tab in self._tabs.open:
            self.close_tab(tab)

    def _may_leave(self, tab: Tab, again: Callable[[], object]) -> bool:
        """Whether a document may be closed: nothing is lost, or the user agrees."""
        document = tab.session.document
        if not tab.session.projects.unsaved or document is None:
            return True
        self._tabs.show_tab(tab)
        answer = unsaved_work.ask_leave(self._window, document.image.name, self._settings.closed_days)
        if answer == "discard":
            return True
        if answer == "save" and (job := self._save()):
            self._saving[job] = again
        return False

    def job_changed(self, job: Job) -> None:
        """Do what waits for this job to save a file."""
        if job.finished and (again := self._saving.pop(job, None)) and job.state == "done":
            QTimer.singleShot(0, again)

    def fill_recent(self, menu: QMenu) -> None:
        """Fill ``menu`` with the recent files that still exist."""
        menu.clear()
        for text in self._settings.recent:
            if paths.is_file(path := path_of(text)):
                name = short(shown(path.name)).replace("&", "&&")
                menu.addAction(name, partial(self.open, path)).setToolTip(shown(path))
        menu.setEnabled(not menu.isEmpty())

    # Results

    def export(self, params: ExportParams, written: CutoutParams) -> None:
        """Ask where, and write the cut-out over the colour in ``written``, or the mask where that asks for it alone."""
        self._export(params, None if written.return_only_mask else written)

    def export_again(self, params: ExportParams, written: CutoutParams) -> None:
        """Write over the file of the last such export; the first time, ask where."""
        last = self._exported.get(self._session, {}).get(written.return_only_mask)
        if last is not None and self._session.exporting.exported(last):
            self._write(_Export(last, params, None if written.return_only_mask else written), "own")
        else:
            self.export(params, written)

    def export_mask(self, params: ExportParams) -> None:
        """Ask where, and write the mask."""
        self._export(params, None)

    def last_export(self, session: Session) -> Path | None:
        """The path of the last export of this document, whether or not it succeeded; None without one."""
        last = self._last.get(session)
        return last.path if last is not None else None

    def repeat_export(self, session: Session, over: Over) -> None:
        """Repeat the last export of a document, over whatever the user has agreed to replace."""
        if session.document is not None and (last := self._last.get(session)) is not None:
            self._write(last, over, session)

    def _export(self, params: ExportParams, written: CutoutParams | None) -> None:
        document, suffix = self._session.document, _MASK if written is None else _CUTOUT
        if document and (path := choosing_files.ask_export(self._window, self._settings, document.image, suffix)):
            self._write(_Export(path, params, written), "agreed")

    def _write(self, export: _Export, over: Over, session: Session | None = None) -> None:
        session = session or self._session
        self._last[session] = export
        self._exported.setdefault(session, {})[export.written is None] = export.path
        if export.written is None:
            session.exporting.export_mask(export.path, export.params, over=over)
        else:
            session.exporting.export(export.path, export.params, backdrop=export.written.rgba, over=over)

    # Models

    def add_model(self) -> None:
        """Let the user choose a weight file and copy it into the models folder."""
        if path := choosing_files.ask_model(self._window):
            self._add(path, trust=False)

    def _add(self, path: Path, *, trust: bool) -> None:
        self._adding = path
        self._session.shelving.add(path, trust=trust, done=self._model_added)

    # When it fails

    def way_out(self, error: MaskStudioError) -> NoticeButton | None:
        """A button that offers a way on after ``error``; None if there is none."""
        if isinstance(error, TooLarge) and (path := self._failed):
            return _tr("Open Anyway"), partial(self.open, path, anyway=True)
        if isinstance(error, Untrusted) and (weights := self._adding) and str(error).startswith(shown(weights.name)):
            return _tr("Trust This File"), partial(self._add, weights, trust=True)
        return None
