"""Session: one open document and every verb on it. The window and the command line drive this and nothing else.

Long work runs through the runner on frozen inputs; its result is folded into the document of *now*, so it can never
overwrite what happened meanwhile. Knows no Qt.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from maskstudio import operations
from maskstudio.core.document import Document, Layer
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT, Opened, read_image, read_mask
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.core.ops import Mode
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Runner, Token
from maskstudio.params import UNSHAPED, CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams
from maskstudio.providers import registry, weights
from maskstudio.providers.base import ModelState


def _raise(error: MaskStudioError) -> None:
    raise error


class Session:
    """The verbs. ``changed`` is called after every change of document, ``told`` with sentences for the user,
    ``failed`` with errors; by default errors are raised, which suits a runner that works at once.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        self.runner = runner
        self.provider = registry.get(provider)
        self.history: History | None = None
        self.changed: Callable[[], None] = lambda: None
        self.told: Callable[[str], None] = lambda _sentence: None
        self.failed: Callable[[MaskStudioError], None] = _raise
        self._exported: Document | None = None
        self._wanted: dict[int, MaskParams] = {}

    # What there is

    @property
    def document(self) -> Document | None:
        """The document of now, or None."""
        return self.history.document if self.history else None

    @property
    def active(self) -> Layer | None:
        """The active layer, or None."""
        return self.document.layer(self.document.active) if self.document else None

    @property
    def unexported(self) -> bool:
        """Whether there are layers that the last export does not show."""
        document = self.document
        return document is not None and bool(document.layers) and document is not self._exported

    def mask_params(self, layer: Layer) -> MaskParams:
        """The layer's mask parameters, or the newer ones that are just being applied."""
        return self._wanted.get(layer.id, layer.params)

    def models(self) -> list[ModelState]:
        """Every model of the provider with its state."""
        return self.provider.models()

    # Opening and closing

    def open(self, path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Job:
        """Read an image and make it the document. Until it is there, and if it fails, the open one stays."""

        def done(opened: Opened) -> None:
            self.runner.cancel()
            self.history = History(_fresh(opened))
            self._exported = self.history.document
            self._wanted.clear()
            self.changed()
            for note in opened.image.notes:
                self.told(note)

        def work(token: Token) -> Opened:
            return read_image(path, limit=limit, step=lambda fraction: token.step(fraction, "Reading"))

        return self._start(f"Open {path.name}", work, done, lane="open")

    def close(self) -> None:
        """Let the document go."""
        self.runner.cancel()
        self.history = None
        self._wanted.clear()
        self.changed()

    # Finding the subject

    def detect(self, params: DetectParams, shape: MaskParams) -> Job:
        """Find objects; each becomes a layer with ``shape``. Unrefined finds of the same model make room for them."""
        document = self._required()

        def done(layers: list[Layer]) -> None:
            now = self._required()
            if now.image is not document.image:
                return
            if not layers:
                self.told(f"{params.model} found nothing above a confidence of {params.confidence:g}.")
                return
            stale = [layer.id for layer in now.layers if _replaceable(layer, params.model)]
            for layer_id in stale:
                now = now.remove(layer_id)
            self.commit(now.add(layers), f"Detect {params.model}")

        return self._start(
            f"Detect {params.model}",
            lambda token: operations.detect(document.image, self.provider, params, shape, token),
            done,
            lane="detect",
        )

    def remove_background(self, params: CutoutParams) -> Job:
        """Find the subject as a whole; it becomes one layer."""
        document = self._required()

        def done(layer: Layer) -> None:
            now = self._required()
            if now.image is document.image:
                for stale in [old.id for old in now.layers if _replaceable(old, params.model)]:
                    now = now.remove(stale)
                self.commit(now.add([layer]), "Remove background")

        return self._start(
            "Remove background",
            lambda token: operations.remove_background(document.image, self.provider, params, token),
            done,
            lane="detect",
        )

    def import_mask(self, path: Path, *, resize: bool = False) -> Job:
        """Add a mask from an image file as a layer."""
        document = self._required()

        def done(mask: Mask) -> None:
            now = self._required()
            if now.image is document.image:
                layer = Layer(id=0, name=path.stem, mask=mask, shaped=mask)
                self.commit(now.add([layer]), f"Import {path.name}")

        return self._start(
            f"Import {path.name}",
            lambda _token: Mask.from_array(read_mask(path, document.size, allow_resize=resize)),
            done,
            lane="import",
        )

    # Layers

    def activate(self, layer_id: int) -> None:
        """Choose the layer that panels act on. Not a step: nothing of the result changes."""
        document = self._required()
        if document.active != layer_id and document.layer(layer_id) and self.history:
            self.history.seal()
            self.history.amend(replace(document, active=layer_id))
            self.changed()

    def set_visible(self, layer_id: int, visible: bool) -> None:
        """Show or hide a layer; a hidden one does not count."""
        self._edit(layer_id, "Show layer" if visible else "Hide layer", visible=visible)

    def set_mode(self, layer_id: int, mode: Mode) -> None:
        """Add, subtract or intersect a layer with what lies below."""
        self._edit(layer_id, f"{mode.capitalize()} layer", mode=mode)

    def rename(self, layer_id: int, name: str) -> None:
        """Give a layer a name."""
        if name.strip():
            self._edit(layer_id, "Rename layer", name=name.strip())

    def delete(self, layer_id: int) -> None:
        """Remove a layer."""
        self.runner.cancel(f"layer {layer_id} ")
        self.commit(self._required().remove(layer_id), "Delete layer")

    def move(self, layer_id: int, to: int) -> None:
        """Put a layer at position ``to``, counted from the bottom."""
        self.commit(self._required().move(layer_id, to), "Move layer")

    # Shaping and refining

    def set_mask_params(self, layer_id: int, params: MaskParams) -> None:
        """Shape a layer anew. Live: a newer call overtakes an older one, and a run of calls is one step."""
        document = self._required()
        layer = document.layer(layer_id)
        if layer is None or self.mask_params(layer) == params:
            return
        self._wanted[layer_id] = params

        def done(shaped: Mask) -> None:
            self._wanted.pop(layer_id, None)
            self._fold(layer, "Shape mask", params=params, shaped=shaped, refinement=None)

        self._start(
            "Shape mask",
            lambda token: operations.shaped(layer.mask, params, layer.source, token),
            done,
            lane=f"layer {layer_id} shape",
        )

    def refine(self, layer_id: int, params: RefineParams) -> None:
        """Solve a layer's edge, or, where only its colours are concerned, take the new choice over at once."""
        layer = self._required().layer(layer_id)
        if layer is None or (layer.refine == params and layer.refinement):
            return
        if layer.refine and layer.refinement and _same_alpha(layer.refine, params):
            self._fold(layer, "Decontaminate colours", refine=params)
            return
        self._solve(layer, params)

    def unrefine(self, layer_id: int) -> None:
        """Go back to the shaped mask."""
        self.runner.cancel(f"layer {layer_id} refine")
        self._edit(layer_id, "Remove refinement", refine=None, refinement=None)

    # History

    def commit(self, document: Document, label: str, merge: str = "") -> None:
        """The one way to change: make ``document`` the current one, as a step that can be undone."""
        assert self.history is not None
        self.history.commit(document, label, merge)
        self.changed()

    def undo(self) -> None:
        """Take the last step back."""
        self._walk(History.undo)

    def redo(self) -> None:
        """Bring the last undone step back."""
        self._walk(History.redo)

    # Export

    def export(self, path: Path, params: ExportParams, *, backdrop: tuple[int, int, int, int] | None = None) -> Job:
        """Write the cut-out as RGBA PNG, with every wanted refinement solved first.

        ``backdrop`` is a straight 8-bit colour to lay behind it.
        """
        document = self._required()
        return self._export(
            path, document, lambda token: operations.write_document(document, path, params, backdrop, token)
        )

    def export_mask(self, path: Path, params: ExportParams) -> Job:
        """Write the document's alpha as a grey PNG."""
        document = self._required()
        return self._export(path, document, lambda token: operations.write_alpha(document, path, params, token))

    def export_objects(self, folder: Path) -> list[tuple[Path, str]]:
        """Write one mask for each layer and one of everything else into ``folder``; returns files and labels."""
        return operations.write_objects(self._required(), folder)

    # Models

    def pull_model(self, name: str, done: Callable[[], None]) -> Job:
        """Download a model's file, because the user asked for it."""
        return self._start(
            f"Download {name}", lambda token: weights.pull(name, token), lambda _: done(), lane="download"
        )

    def add_model(self, path: Path, *, trust: bool, done: Callable[[str], None]) -> Job:
        """Copy a weight file into the user's folder; ``trust`` is the user's word that it may be loaded."""
        return self._start(f"Add {path.name}", lambda _token: weights.add(path, trust=trust), done, lane="add model")

    def remove_model(self, name: str) -> None:
        """Delete a model's file from the user's folder."""
        weights.remove(name)

    # Within

    def _required(self) -> Document:
        if self.document is None:
            raise AssertionError("a verb was called with no document open")
        return self.document

    def _start(self, label: str, work: Callable[[Token], object], done: Callable[..., None], *, lane: str) -> Job:
        return self.runner.start(label, work, done, lane=lane, failed=self._fail)

    def _fail(self, error: MaskStudioError) -> None:
        self._wanted.clear()
        self.failed(error)

    def _edit(self, layer_id: int, label: str, **fields: object) -> None:
        document = self._required()
        layer = document.layer(layer_id)
        if layer is not None:
            self.commit(document.put(replace(layer, **fields)), label)  # type: ignore[arg-type]

    def _fold(self, origin: Layer, label: str, **fields: object) -> None:
        """Take a result into the layer of now, unless it is gone or has become about another mask."""
        document = self._required()
        now = document.layer(origin.id)
        if now is None or now.mask is not origin.mask:
            return
        layer = replace(now, **fields)  # type: ignore[arg-type]
        self.commit(document.put(layer), label, merge=f"{label} {origin.id}")
        if layer.refine and not layer.refinement:
            self._solve(layer, layer.refine, amend=True)

    def _solve(self, layer: Layer, params: RefineParams, *, amend: bool = False) -> None:
        image = self._required().image

        def done(solved: Layer) -> None:
            document = self._required()
            now = document.layer(layer.id)
            if now is None or now.shaped is not layer.shaped:
                return
            whole = document.put(replace(now, refine=params, refinement=solved.refinement))
            if amend and self.history:
                self.history.amend(whole)
                self.changed()
            else:
                self.commit(whole, "Refine edge", merge=f"refine {layer.id}")

        self._start(
            "Refine edge",
            lambda token: operations.refine(image, layer, params, token),
            done,
            lane=f"layer {layer.id} refine",
        )

    def _walk(self, step: Callable[[History], Document]) -> None:
        if self.history is None:
            return
        self.runner.cancel("layer")
        self._wanted.clear()
        self.history.seal()
        document = step(self.history)
        self.changed()
        for layer in document.layers:
            if layer.refine and not layer.refinement:
                self._solve(layer, layer.refine, amend=True)

    def _export(self, path: Path, document: Document, work: Callable[[Token], None]) -> Job:
        def done(_: None) -> None:
            self._exported = document
            self.told(f"Saved {path.name}.")
            self.changed()

        return self._start(f"Export {path.name}", work, done, lane="export")


def _fresh(opened: Opened) -> Document:
    """A document of a file just read; alpha it came with is its first layer."""
    document = Document(opened.image)
    if opened.alpha is None:
        return document
    mask = Mask.from_array(opened.alpha)
    return document.add([Layer(id=0, name="Alpha of the file", mask=mask, shaped=mask, params=UNSHAPED)])


def _same_alpha(one: RefineParams, other: RefineParams) -> bool:
    """Whether two refinements differ in their colours only."""
    return (one.band_width, one.solver) == (other.band_width, other.solver)


def _replaceable(layer: Layer, model: str) -> bool:
    """Whether a new run of ``model`` stands in for this layer: its own find, with no refinement on it."""
    return layer.source is not None and layer.source.model == model and layer.refine is None
