"""Verbs that find the subject: detection and background removal."""

from collections.abc import Callable, Iterable

from maskstudio.core.document import Document, Origin
from maskstudio.core.finds import asked
from maskstudio.core.layer import Layer, Subject
from maskstudio.errors import MaskStudioError
from maskstudio.figures import percent
from maskstudio.jobs import Job, Token
from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import UNADJUSTED, UNSHAPED, AdjustParams, CutoutParams, DetectParams, MaskParams
from maskstudio.providers.local import families
from maskstudio.providers.local.opinions import share_in_doubt
from maskstudio.providers.provider import ModelState
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entering, SharedWork
from maskstudio.session.findpresets import best_model, preset_called
from maskstudio.session.sifting import Finds, Sifting, Wanted
from maskstudio.session.turns import Value
from maskstudio.subject.subject import SURE

AUTO = families.AUTOMATIC
_MATTING = "alphaMatting"  # a parameter that only cutting out has
_SIFT = "Keep other finds"
_SIFT_LANE = "sift"


def subject_of(layer: Layer) -> Subject | None:
    """How the subject of a photo was found, for a layer that shows one; None for any other layer."""
    return layer.source if isinstance(layer.source, Subject) else None


def model_title(name: str) -> str:
    """The title of a model on this machine, as lists of models have it; the name itself for an unknown one."""
    return families.title(name)


def unsure(layer: Layer) -> bool:
    """Whether a layer shows a subject that may be the wrong one, and nobody has worked on it yet."""
    source, subject = layer.source, subject_of(layer)
    if source is None or layer.worked_on:
        return False
    if subject is not None:
        return not subject.sure
    cut_out = layer.origin is not None and _MATTING in layer.origin.params  # a project that says no more of it
    return cut_out and source.score is not None and source.score < SURE


def _sentence(subject: Subject, second: str) -> str:
    """How a subject was found, and by how much the model ``second`` differs. Reads the mask: not for the window."""
    share = share_in_doubt(subject)
    if not subject.mask.tiles:
        return subject.way
    if share is None:
        same = f" {families.title(second)} has cut it out itself; choose another model for a second opinion."
        return subject.way + (same if second and subject.used == second else "")
    return f"{subject.way} {families.title(second)} differs on {percent(share)} of it."


class FindingVerbs:
    """Finds of models become layers.

    ``answered(sentence, sure)`` is told how each subject was found; by default only what is unsure is said.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.computing.append(self._computing)
        desk.leaving.connect(self._forget)
        self._sifting: Sifting | None = None  # valid until its job ends
        self._making = Job(_SIFT, _SIFT_LANE)
        self.answered: Callable[[str, bool], None] = self._say_doubt

    def models(self) -> list[ModelState]:
        """Every model of the provider with its state."""
        return self._desk.provider.models()

    @property
    def finds(self) -> Finds | None:
        """The finds of the last detection in the open photo, by a model or a service; None before one."""
        finds, document = self._desk.found, self._desk.document
        return finds if finds is not None and document is not None and finds.image is document.image else None

    @property
    def sifting(self) -> bool:
        """Whether other layers of ``finds`` are wanted than the document shows: a job is making them."""
        return self._sifting is not None and not (self._making.token.cancelled or self._making.error)

    @property
    def wanted(self) -> Wanted | None:
        """What is wanted of ``finds``: what a job is making of them, or what the document shows, also after undo.

        None without finds.
        """
        finds, sifting = self.finds, self._sifting
        if finds is None:
            return None
        if sifting is not None and sifting.finds is finds and self.sifting:
            return sifting.wanted
        return finds.wanted_in(self._desk.required())

    def detect(
        self, params: DetectParams, shape: MaskParams, keep: KeepParams = EVERYTHING, *, live: bool = False
    ) -> Job:
        """Find objects; what is kept of them becomes layers with ``shape``, see ``core.finds``.

        Earlier finds of the same model that nobody edited are replaced. With ``live`` the model is asked for all that
        later filters could want, and ``sift`` acts on ``finds`` without asking it again.
        """
        return self.find(Wanted(params, shape, keep), live=live)

    def find(self, wanted: Wanted, title: str = "", *, live: bool = False) -> Job:
        """Find objects and make layers of what is ``wanted`` of them; ``title`` names the step, by default the model.

        Otherwise as ``detect``.
        """
        image, provider = self._desk.required().image, self._desk.provider
        question = asked(wanted.params, wanted.keep, live=live)
        model = families.title(question.model)
        label = f"Detect: {title or model}"

        def work(token: Token) -> tuple[Finds, list[Layer]]:
            found = provider.detect(image, question, token.part(0.0, 0.9))
            finds = Finds(image, found, wanted)
            for each in found:
                _ = each.mask.share  # computed here, off the window's thread, which filters by it
            return finds, finds.layers(wanted, token.part(0.9, 1.0))

        def done(found: tuple[Finds, list[Layer]]) -> None:
            """Keep the finds for filters, and commit the layers."""
            finds, layers = found
            self._desk.found = finds
            finds.origin = self._origin(question.model, wanted.to_wire())
            if layers:
                self._take(layers, question.model, label, finds.origin)
            else:
                self._desk.told(f"{model}: {finds.nothing_kept(wanted)}")
            finds.note(self._desk.required(), wanted)
            if not layers:
                self._desk.changed()

        return self._desk.start(label, work, done, lane="detect")

    def sift(self, wanted: Wanted) -> None:
        """Make other layers of the finds of the last detection, live, without asking the model.

        A newer call replaces an older one, and consecutive calls that turn the same value are one step. Layers stay the
        same where they show the same find, and as they are where somebody edited them. Does nothing without ``finds``
        of the open photo.
        """
        finds = self.finds
        if finds is None:
            return
        turned = wanted.differing(self.wanted or wanted)
        work: SharedWork[list[Layer]] = SharedWork(lambda token: finds.layers(wanted, token))
        self._sifting = sifting = Sifting(finds, wanted, work, turned)

        def done(layers: list[Layer]) -> None:
            """Commit the layers in place of those before, and say so also where they are the same."""
            document = self._desk.required()
            made = self._sifted(sifting, document, layers)
            finds.note(made, wanted)
            self._sifting = None
            if made is not document:
                self._desk.commit(made, _SIFT, merge=sifting.key)
                self._desk.follow_up(document)
            else:
                self._desk.changed()

        self._making = self._desk.start(_SIFT, work, done, lane=_SIFT_LANE)
        self._desk.enter(_SIFT_LANE, Value(_SIFT, sifting.key, lambda: self.sift(wanted)))

    def preset(self, name: str, *, live: bool = False) -> Job | None:
        """Find what the preset of this name is for, with the best model that is ready; see ``findpresets``.

        Returns None, and reports the error to ``failed``, for an unknown name or where no model of it is ready.
        """
        try:
            chosen = preset_called(name)
            model = best_model(chosen, self.models())
        except MaskStudioError as error:
            self._desk.failed(error)
            return None
        if chosen.operation == "cutout":
            return self.remove_background(chosen.cutting(model), chosen.edge)
        return self.find(chosen.wanted(model), chosen.title, live=live)

    def people(self, shape: MaskParams = UNSHAPED) -> Job | None:
        """Make every person a layer of its own, called Person 1, Person 2 …, from left to right.

        Returns None, and reports one sentence to ``failed``, where no model that outlines each of them is ready.
        """
        chosen = preset_called("person")
        try:
            model = best_model(chosen, self.models())
        except MaskStudioError as error:
            self._desk.failed(error)
            return None
        wanted = Wanted(chosen.detecting(model), shape, chosen.keep, in_a_row=True)
        return self.find(wanted, "All people as layers", live=True)

    def remove_background(self, params: CutoutParams, edge: AdjustParams = UNADJUSTED) -> Job:
        """Find the whole subject; it becomes one layer with these controls of its edge, in place of an earlier one that
        nobody edited.

        ``subject_of`` that layer says how it was found, and ``answered`` is told, also where nothing was found.
        """
        document = self._desk.required()

        def work(token: Token) -> tuple[Layer, Subject, str]:
            layer = operations.remove_background(document.image, self._desk.provider, params, token)
            subject = subject_of(layer)
            assert subject is not None
            return layer, subject, _sentence(subject, params.second_model)

        def done(found: tuple[Layer, Subject, str]) -> None:
            layer, subject, sentence = found
            if layer.mask.tiles:
                origin = self._origin(subject.used, params.to_wire())
                self._take([layer.changed(edge=edge)], subject.used, "Cut out subject", origin)
            self.answered(sentence, subject.sure)

        return self._desk.start(
            "Cut out subject",
            work,
            done,
            lane="detect",
        )

    def _origin(self, model: str, params: dict[str, object]) -> Origin:
        return self._desk.origin("detection", model=model, version=families.version(model), params=params)

    def _sifted(self, sifting: Sifting, document: Document, layers: list[Layer]) -> Document:
        """``document`` with what is wanted of the finds now; what was edited, or is being edited, stays."""
        return sifting.put(document, layers, lambda layer: not layer.worked_on and not self._desk.busy_with(layer))

    def _computing(self) -> Iterable[Entering]:
        """The layers that a job is making of the finds."""
        sifting = self._sifting
        if sifting is None or not self._desk.runner.under_way(_SIFT_LANE):
            return ()
        return (lambda document, token: self._sifted(sifting, document, sifting.layers(token)),)

    def _forget(self) -> None:
        """Free the memory of finds in a photo that is closed."""
        self._desk.found = self._sifting = None

    def _say_doubt(self, sentence: str, sure: bool) -> None:
        if not sure:
            self._desk.told(sentence)

    def _take(self, layers: list[Layer], model: str, label: str, origin: Origin) -> None:
        """Commit the finds of ``model`` as layers, in place of its earlier finds that nobody edited."""
        document = self._desk.required()
        subject = any(subject_of(layer) for layer in layers)

        def stale(layer: Layer) -> bool:
            same = layer.source is not None and layer.source.model == model
            return same or (subject and subject_of(layer) is not None)

        document = self._desk.without_stale(document, stale)
        self._desk.commit(document.add([layer.changed(origin=origin).as_found() for layer in layers]), label)
        self._desk.follow_up(document)
