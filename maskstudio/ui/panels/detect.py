"""The panel that finds what to mask: the subject in one press, or objects by name."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from maskstudio.params.local import DetectParams
from maskstudio.services.departure import Departure, ServiceOperation
from maskstudio.session.findpresets import without_model
from maskstudio.session.session import Session
from maskstudio.ui.panels.objects_section import ObjectsSection
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.panels.subject import SubjectSection
from maskstudio.ui.services.elsewhere import Elsewhere
from maskstudio.ui.widgets import parts

_THERE: tuple[ServiceOperation, ...] = ("cutout", "detect", "objects", "bodyParts")
_DETECTING: tuple[ServiceOperation, ...] = ("detect", "objects")  # what detecting is at a service, whichever it has


class DetectPanel(RedrawnByChange, QWidget):
    """Cuts out the subject, or detects objects. Models are listed when the panel is first shown.

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
        self.subject = SubjectSection(self.cut_out)
        self.objects = ObjectsSection(session, self.detect)
        self.objects.addRequested.connect(self.addModelRequested)
        self.objects.edited.connect(self._choose)
        self.detect_button, self.form, self.chosen = self.objects.button, self.objects.form, self.objects.chosen
        self.add_button, self.model = self.objects.add_button, self.objects.model
        self.subject.edited.connect(self._choose)
        for chosen in (self.subject.chosen, self.objects.chosen):
            chosen.downloadRequested.connect(self._download)
        self._arrange()
        self.refresh()

    def _arrange(self) -> None:
        """Lay out the choice of the place, and below it the controls for this machine."""
        outer = parts.column(self)
        outer.addWidget(self.elsewhere)
        outer.addWidget(self._here)
        column = parts.column(self._here)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.subject)
        column.addWidget(self.objects)

    @property
    def sections(self) -> tuple[RedrawnByChange, ...]:
        """The one that finds objects."""
        return (self.objects,)

    def params(self) -> DetectParams:
        """The model that detects here, and the values of its form."""
        return self.objects.params()

    def detect(self) -> None:
        """Find objects with the chosen model, here or at the chosen service."""
        if (pane := self.elsewhere.pane) is not None:
            self.elsewhere.ask(next((each for each in _DETECTING if each in pane.forms), pane.main))
        elif self._session.document is not None:
            self.detect_here(self._session)

    def cut_out(self) -> None:
        """Cut out the subject as a whole, here or at the chosen service."""
        if self.elsewhere.name:
            self.elsewhere.ask("cutout")
        elif self._session.document is not None:
            self.cut_out_here(self._session)

    def detect_here(self, session: Session) -> None:
        """Find objects of the document of ``session`` on this machine, whatever is chosen."""
        self.objects.detect(session)

    def cut_out_here(self, session: Session) -> None:
        """Cut out the subject of the document of ``session`` on this machine, whatever is chosen."""
        self.subject.button.watch(session.finding.remove_background(self.subject.params()))

    def run_here(self, session: Session, departure: Departure) -> Callable[[], object] | None:
        """A verb that does on this machine what a service was asked for; None if this panel has none."""
        if departure.operation in _DETECTING:
            return partial(self.detect_here, session)
        return partial(self.cut_out_here, session) if departure.operation == "cutout" else None

    def job_changed(self) -> None:
        """Show the state of the buttons' jobs."""
        for button in (self.detect_button, self.subject.button):
            button.show_jobs(self._session.runner.jobs)
        if self.objects.outdated:
            self.objects.refresh()  # a detection that changed nothing may have found something

    @property
    def ready(self) -> bool:
        """Whether the chosen model can detect, as far as is known; a service says when it is asked what it lacks."""
        return bool(self.elsewhere.name) or self.chosen.ready

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.elsewhere.follow(session)
        self.objects.follow(session)
        self.job_changed()
        self.refresh()

    def facts(self) -> object:
        """The state of the place where it runs."""
        return self.elsewhere.facts()

    def redraw(self) -> None:
        """Enable what can be done with the present document; the lists of models stay."""
        has_photo = self._session.document is not None
        self.subject.button.setEnabled(has_photo and self.subject.chosen.ready)
        self.elsewhere.refresh()

    def refresh_models(self, choose: str = "") -> None:
        """List the models and their states again; choose the one called ``choose`` wherever it can be chosen."""
        self._asked = True
        every = self._session.finding.models()
        self.subject.show_models([each for each in every if "cutout" in each.operations and each.outlines], choose)
        detecting = [each for each in every if "detect" in each.operations]
        self.objects.show_models(detecting, without_model(every), choose)
        self._choose()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the models the first time."""
        super().showEvent(event)
        if not self._asked:
            self.refresh_models()

    def _choose(self) -> None:
        """Take over the chosen models."""
        self.form.set_params(self.params())
        self.refresh()
        self.readinessChanged.emit()

    def _switch(self) -> None:
        self._here.setVisible(not self.elsewhere.name)
        self.refresh()
        self.readinessChanged.emit()

    def _download(self, name: str) -> None:
        self._session.shelving.pull(name, lambda: self.refresh_models(name))
