"""The part of the detect panel that finds objects: presets, a model, what it found, and what becomes of it."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, Signal

from maskstudio.params.local import DetectParams, MaskParams
from maskstudio.params.spec import Params
from maskstudio.session.session import Session
from maskstudio.session.sifting import Finds, Wanted
from maskstudio.ui.panels.chosen_model import ChosenModel
from maskstudio.ui.panels.find_list import ListedFind, listed
from maskstudio.ui.panels.find_presets import FindPresets
from maskstudio.ui.panels.find_steps import FindSteps
from maskstudio.ui.panels.found import FoundList
from maskstudio.ui.panels.models import ListedModel
from maskstudio.ui.panels.redrawn import RedrawnByChange
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.jobbutton import JobButton
from maskstudio.ui.widgets.linefield import LineField
from maskstudio.ui.widgets.section import Section

P = TypeVar("P", bound=Params)


class ObjectsSection(RedrawnByChange, Section):
    """Finds objects on this machine. What was found stays in sight, and every filter acts on it live.

    ``press`` is called by the Detect button. ``addRequested`` is emitted when a file with a model is wanted,
    ``pointed(layer, find)`` for what is pointed at in the list, as ``FoundList`` says it.
    """

    edited = Signal()  # another model
    addRequested = Signal()  # noqa: N815  as Qt names signals
    shelfRequested = Signal(str)  # the name of a model that a preset lacks  # noqa: N815
    pointed = Signal(object, object)

    def __init__(self, session: Session, press: Callable[[], object]) -> None:
        """Make the section for ``session``, with no model listed yet."""
        super().__init__("objectsSection", _said("Objects"))
        self._session = session
        self._shown: Finds | None = None  # whose values the forms show
        self._lent: tuple[Wanted, Wanted] | None = None  # values that came with finds, and the user's own before
        self.presets = FindPresets(self._preset, self.people)
        self.presets.shelfRequested.connect(self.shelfRequested)
        self.add_button = parts.icon_button("add-file", _said("Add model file…"), self.addRequested.emit)
        self.add_button.setObjectName("addModel")
        self.add_button.setToolTip(_said("Add a YOLO weight file (.pt or .onnx) of your own"))
        self.chosen = ChosenModel("model", (self.add_button,))
        self.chosen.edited.connect(self._take_model)
        self.model = self.chosen.choice
        words = LineField()
        words.setPlaceholderText(_said("red car, dog"))
        self.asking = Form(DetectParams, only=("prompt",), own={"prompt": words})  # for models that are asked in words
        self.asking.hide()
        self.form = Form(DetectParams, without=("model", "prompt"))
        self.button = JobButton(_said("Detect"), press)
        self.button.setObjectName("detect")
        words.entered.connect(self.button.click)
        self.list = FoundList()
        self.list.ticked.connect(self._tick)
        self.list.chosen.connect(lambda layer: self._session.layers.activate(layer))
        self.list.pointed.connect(self.pointed)
        self.steps = FindSteps()
        self.form.changed.connect(lambda _: self._sift())
        self.steps.changed.connect(self._sift)
        for each in (
            self.presets, self.chosen, self.asking, self.form, self.button, self.chosen.foot, self.list, self.steps,
        ):  # fmt: skip
            self.column.addWidget(each)
        self.list.hide()

    # What is wanted

    def params(self) -> DetectParams:
        """The chosen model, the words it is asked for if it understands any, and the values of the form."""
        words = self.asking.params().prompt if self._understands_words else ""
        return replace(self.form.params(), model=self.model.value() or self.form.params().model, prompt=words)

    @property
    def _understands_words(self) -> bool:
        state = self.model.state()
        return state is not None and state.words

    def wanted(self) -> Wanted:
        """What the forms say."""
        return Wanted(self.params(), MaskParams(mask_padding=self.steps.padding), self.steps.keep)

    def detect(self, session: Session) -> None:
        """Find objects of the document of ``session`` with the chosen model, as the user has set the forms."""
        self._give_back()
        self.button.watch(session.finding.find(self.wanted(), live=True))

    def people(self) -> None:
        """Make every person a layer."""
        if self._session.document is not None and (job := self._session.finding.people()) is not None:
            self.button.watch(job)

    def show_models(self, models: Sequence[ListedModel], lacking: dict[str, str], choose: str = "") -> None:
        """List these models; ``lacking`` says which presets have none that is ready, and why."""
        self.chosen.show_models(models, self.params().model, choose)
        self.presets.show_lacking(lacking)
        self.refresh()

    # Showing

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.refresh()

    def facts(self) -> object:
        """Which finds there are, what is wanted of them now, and which layers show them."""
        document, finding = self._session.document, self._session.finding
        can = document is not None, self.chosen.ready, self._understands_words
        if document is None or finding.finds is None:
            return can
        shown = tuple((layer.id, layer.source) for layer in document.layers)
        return can, finding.finds, finding.wanted, finding.sifting, document.active, shown

    def redraw(self) -> None:
        """Show what was found in the present document, and the values that are in force."""
        document, finding = self._session.document, self._session.finding
        finds, wanted = finding.finds, finding.wanted
        self.button.setEnabled(document is not None and self.chosen.ready)
        self.asking.setVisible(self._understands_words)
        self.presets.allow(document is not None)
        if finds is not self._shown:
            self._adopt(finds, wanted)
        rows: Sequence[ListedFind] = ()
        if document is not None and finds is not None and wanted is not None:
            self._show_values(wanted)
            rows = listed(finds, wanted, document, pending=finding.sifting)
        active = document.active if document is not None else None
        self.list.show_finds(rows, document.image if document is not None else None, active or 0)
        self.list.setVisible(bool(rows))
        kept = sum(row.ticked for row in rows)
        self.note(_said("{} of {} kept").format(kept, len(rows)) if rows else "")

    def _adopt(self, finds: Finds | None, wanted: Wanted | None) -> None:
        """Take over other finds. What they bring along, as from a preset, is lent: see ``_give_back``."""
        self._give_back()
        self._shown = finds
        self.steps.show_finds(finds)
        if wanted is not None:
            self._lent = wanted, self.wanted()
            if self.model.findData(wanted.params.model) >= 0:
                self.model.set_value(wanted.params.model)
                self.chosen.describe()

    def _give_back(self) -> None:
        """Show the user's own values again wherever what came with finds has not been changed since."""
        lent, self._lent = self._lent, None
        if lent is None:
            return
        (theirs, own), now = lent, self.wanted()
        self._show_values(
            Wanted(
                _restored(now.params, theirs.params, own.params, without="model"),
                _restored(now.shape, theirs.shape, own.shape),
                _restored(now.keep, theirs.keep, own.keep),
            )
        )

    def _show_values(self, wanted: Wanted) -> None:
        self.form.set_params(wanted.params)
        self.steps.show_values(wanted.keep, wanted.shape.mask_padding)

    # Changing

    def _preset(self, name: str) -> None:
        if self._session.document is not None and (job := self._session.finding.preset(name, live=True)) is not None:
            self.button.watch(job)

    def _sift(self) -> None:
        """Act on what was found as the forms now say."""
        was = self._session.finding.wanted
        if was is None:
            return
        now = self.params()
        params = replace(was.params, confidence=now.confidence, max_detections=now.max_detections)
        shape = replace(was.shape, mask_padding=self.steps.padding)
        self._want(replace(was, params=params, shape=shape, keep=self.steps.keep, without=self._unticked(was)))

    def _tick(self, at: int, wanted: bool) -> None:
        was = self._session.finding.wanted
        if was is not None:
            without = self._unticked(was)
            self._want(replace(was, without=without - {at} if wanted else without | {at}))

    def _unticked(self, was: Wanted) -> frozenset[int]:
        """What the user left out: also a find whose layer was deleted by hand."""
        rows = self.list.finds.rows
        return was.without | {row.at for row in rows if not row.why and not row.ticked}

    def _want(self, wanted: Wanted) -> None:
        if wanted != self._session.finding.wanted:
            self._session.finding.sift(wanted)
        self.refresh()

    def _take_model(self) -> None:
        self._give_back()
        self.form.set_params(self.params())
        self.refresh()
        self.edited.emit()
        self.form.changed.emit(self.form.params())


def _restored(now: P, theirs: P, own: P, *, without: str = "") -> P:
    """``now`` with the values of ``own`` wherever it still has those of ``theirs``."""
    names = [each.name for each in fields(now) if each.name != without]
    back: dict[str, Any] = {name: getattr(own, name) for name in names if getattr(now, name) == getattr(theirs, name)}
    return replace(now, **back)


def _said(text: str) -> str:
    return QCoreApplication.translate("ObjectsSection", text)
