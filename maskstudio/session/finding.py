"""Verbs that find the subject: detection and background removal."""

from collections.abc import Callable

from maskstudio.core.layer import Layer, Subject
from maskstudio.figures import percent
from maskstudio.jobs import Job, Token
from maskstudio.params.local import CutoutParams, DetectParams, MaskParams
from maskstudio.providers.local import families
from maskstudio.providers.local.opinions import share_in_doubt
from maskstudio.providers.provider import ModelState
from maskstudio.session import operations
from maskstudio.session.desk import Desk
from maskstudio.subject.subject import SURE

AUTO = families.AUTOMATIC
_MATTING = "alphaMatting"  # a parameter that only cutting out has


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
        same = f" {families.title(second)} was to give the second opinion, so there is none."
        return subject.way + (same if second and subject.used == second else "")
    return f"{subject.way} {families.title(second)} differs on {percent(share)} of it."


class FindingVerbs:
    """Finds of models become layers.

    ``answered(sentence, sure)`` is told how each subject was found; by default only what is unsure is said.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.answered: Callable[[str, bool], None] = self._say_doubt

    def models(self) -> list[ModelState]:
        """Every model of the provider with its state."""
        return self._desk.provider.models()

    def detect(self, params: DetectParams, shape: MaskParams) -> Job:
        """Find objects; each becomes a layer with ``shape``.

        Earlier finds of the same model that nobody edited are replaced.
        """
        document = self._desk.required()
        label = f"Detect: {families.title(params.model)}"

        def done(layers: list[Layer]) -> None:
            if layers:
                self._take(layers, params.model, label, params.to_wire())
            else:
                self._desk.told(
                    f"{families.title(params.model)}: nothing found above a confidence of {params.confidence:g}."
                )

        return self._desk.start(
            label,
            lambda token: operations.detect(document.image, self._desk.provider, params, shape, token),
            done,
            lane="detect",
        )

    def remove_background(self, params: CutoutParams) -> Job:
        """Find the whole subject; it becomes one layer, in place of an earlier one that nobody edited.

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
                self._take([layer], subject.used, "Cut out subject", params.to_wire())
            self.answered(sentence, subject.sure)

        return self._desk.start(
            "Cut out subject",
            work,
            done,
            lane="detect",
        )

    def _say_doubt(self, sentence: str, sure: bool) -> None:
        if not sure:
            self._desk.told(sentence)

    def _take(self, layers: list[Layer], model: str, label: str, params: dict[str, object]) -> None:
        """Commit the finds of ``model`` as layers, in place of its earlier finds that nobody edited."""
        document = self._desk.required()
        origin = self._desk.origin("detection", model=model, version=families.version(model), params=params)
        subject = any(subject_of(layer) for layer in layers)

        def stale(layer: Layer) -> bool:
            same = layer.source is not None and layer.source.model == model
            return same or (subject and subject_of(layer) is not None)

        document = self._desk.without_stale(document, stale)
        self._desk.commit(document.add([layer.changed(origin=origin).as_found() for layer in layers]), label)
