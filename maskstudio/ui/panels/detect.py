"""The panel that finds the subject: where it runs, the model, its threshold, and the buttons that start it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from maskstudio.params.local import CutoutParams, DetectParams, MaskParams
from maskstudio.services.departure import Departure, ServiceOperation
from maskstudio.session.session import Session
from maskstudio.ui.panels.models import ModelChoice
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.services.elsewhere import Elsewhere
from maskstudio.ui.widgets import parts, theme
from maskstudio.ui.widgets.elided_label import ElidedLabel
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.jobbutton import JobButton

_MATTING = ("alpha_matting_foreground_threshold", "alpha_matting_background_threshold", "alpha_matting_erode_size")
_THERE: tuple[ServiceOperation, ...] = ("detect", "objects", "bodyParts", "cutout")


class DetectPanel(RedrawnByChange, QWidget):
    """Detects objects, or removes the background in one step. Models are listed when the panel is first shown.

    While a service is chosen, its forms replace the controls of this machine.
    """

    SHOWS = Shows(active=True)  # some operations of services need a layer

    addModelRequested = Signal()  # noqa: N815  as Qt names signals
    readinessChanged = Signal()  # whether the chosen model can run  # noqa: N815

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for ``session``; models are not asked for before it is shown."""
        super().__init__(parent)
        self.setObjectName("detectPanel")
        self._session = session
        self._asked = False
        self.elsewhere = Elsewhere(session, _THERE)
        self.elsewhere.switched.connect(lambda _: self._switch())
        self._here = QWidget()
        self.model = ModelChoice()
        self.model.edited.connect(self._take_model)
        self.add_button = parts.icon_button("add-file", self.tr("Add model file…"), self.addModelRequested.emit)
        self.add_button.setObjectName("addModel")
        self.add_button.setToolTip(self.tr("Add a YOLO weight file (.pt or .onnx) of your own"))
        self._small_print = ElidedLabel()
        self._note = parts.Hint()
        self._note.hide()
        self.download_button = parts.button(self.tr("Download"), self._download)
        self.download_button.setObjectName("downloadModel")
        self.download_button.hide()
        self.form = Form(DetectParams, without=("model",))
        self.detect_button = JobButton(self.tr("Detect"), self.detect, primary=True)
        self.detect_button.setObjectName("detect")
        self.cutout_button = JobButton(self.tr("Remove background"), self.remove_background)
        self.cutout_button.setObjectName("removeBackground")
        self._build_options()
        self._arrange()
        self.refresh()

    def _build_options(self) -> None:
        """Make the options of removing the background, folded behind a button."""
        self.cutout_form = Form(CutoutParams, only=("post_process_mask", "alpha_matting", *_MATTING))
        for name, rule in CutoutParams.rules.items():
            self.cutout_form.enable_when(name, rule.holds)
        self.cutout_form.hide()
        self.options_button = parts.icon_button("more", self.tr("Options of removing the background"), self._disclose)
        self.options_button.setCheckable(True)
        self.options_button.setObjectName("cutoutOptions")

    def _arrange(self) -> None:
        """Lay out the choice of the place, and below it the controls for this machine."""
        outer = parts.column(self)
        outer.addWidget(self.elsewhere)
        outer.addWidget(self._here)
        column = parts.column(self._here)
        column.setContentsMargins(0, 0, 0, 0)
        chosen = parts.row(self.model, self.add_button)
        chosen.setStretch(0, 1)
        chosen.setSpacing(theme.GAP)
        column.addLayout(chosen)
        column.addWidget(self._small_print)
        column.addWidget(self.form)
        buttons = parts.row(self.detect_button, self.cutout_button, self.options_button)
        buttons.setSpacing(theme.GAP)
        column.addLayout(buttons)
        column.addWidget(self._note)  # below the buttons, so that a note does not move them
        column.addWidget(self.download_button)
        column.addWidget(self.cutout_form)

    def params(self) -> DetectParams:
        """The chosen model and the values of the form."""
        return replace(self.form.params(), model=self.model.value() or self.form.params().model)

    def detect(self) -> None:
        """Find objects with the chosen model, here or at the chosen service."""
        if (pane := self.elsewhere.pane) is not None:
            self.elsewhere.ask(pane.main)
        elif self._session.document is not None:
            self.detect_here(self._session)

    def remove_background(self) -> None:
        """Find the subject as a whole, here or at the chosen service."""
        if self.elsewhere.name:
            self.elsewhere.ask("cutout")
        elif self._session.document is not None:
            self.remove_background_here(self._session)

    def detect_here(self, session: Session) -> None:
        """Find objects of the document of ``session`` on this machine, whatever is chosen."""
        self.detect_button.watch(session.finding.detect(self.params(), MaskParams()))

    def remove_background_here(self, session: Session) -> None:
        """Find the subject of the document of ``session`` on this machine, whatever is chosen."""
        self.cutout_button.watch(session.finding.remove_background(self.cutout_form.params()))

    def run_here(self, session: Session, departure: Departure) -> Callable[[], object] | None:
        """A verb that does on this machine what a service was asked for; None if this panel has none."""
        if departure.operation in ("detect", "objects"):
            return partial(self.detect_here, session)
        return partial(self.remove_background_here, session) if departure.operation == "cutout" else None

    def job_changed(self) -> None:
        """Show the state of the buttons' jobs."""
        for button in (self.detect_button, self.cutout_button):
            button.show_jobs(self._session.runner.jobs)

    @property
    def ready(self) -> bool:
        """Whether the chosen model can run, as far as is known; a service says when it is asked what it lacks."""
        state = self.model.state()
        return bool(self.elsewhere.name) or state is None or state.state == "ready"

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.elsewhere.follow(session)
        self.job_changed()
        self.refresh()

    def facts(self) -> object:
        """The state of the place where it runs."""
        return self.elsewhere.facts()

    def redraw(self) -> None:
        """Enable what can be done with the present document; the list of models stays."""
        has_photo = self._session.document is not None
        self.detect_button.setEnabled(has_photo and self.ready)
        self.cutout_button.setEnabled(has_photo)
        self.elsewhere.refresh()

    def refresh_models(self, choose: str = "") -> None:
        """List the models and their states again; choose the one called ``choose``."""
        self._asked = True
        wanted = choose or self.params().model
        self.model.show_states(
            {each.name: each for each in self._session.finding.models() if "detect" in each.operations}
        )
        self.model.set_value(wanted)
        self._choose()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the models the first time."""
        super().showEvent(event)
        if not self._asked:
            self.refresh_models()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.model.dress()

    def _take_model(self) -> None:
        self._choose()
        self.form.changed.emit(self.form.params())

    def _choose(self) -> None:
        """Show size, state and note of the chosen model, and the download button if it can be downloaded."""
        self.form.set_params(self.params())
        state = self.model.state()
        if state is None:
            return
        self._small_print.say(self.model.small_print(state))
        parts.say(self._note, self.model.note(state), {"unavailable": "bad"}.get(state.state, ""))
        self._note.setVisible(bool(self._note.text()))
        self._note.setToolTip(state.note)
        size = f" ({state.size / 1e6:.0f} MB)" if state.size else ""
        self.download_button.setText(self.tr("Download") + size)
        self.download_button.setVisible(state.state == "download")
        self.refresh()
        self.readinessChanged.emit()

    def _switch(self) -> None:
        self._here.setVisible(not self.elsewhere.name)
        self.refresh()
        self.readinessChanged.emit()

    def _download(self) -> None:
        self._session.shelving.pull(self.model.value(), lambda: self.refresh_models(self.model.value()))

    def _disclose(self) -> None:
        self.cutout_form.setVisible(self.options_button.isChecked())
