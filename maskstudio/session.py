"""Session: one open document and every verb on it. The window and the command line drive this and nothing else.

Long work runs through the runner on frozen inputs; its result is folded into the document of *now*, so it can never
overwrite what happened meanwhile. Knows no Qt.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from maskstudio import operations
from maskstudio.core.document import Document, Layer, Refinement
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT, read_mask
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.core.ops import Mode
from maskstudio.errors import MaskStudioError
from maskstudio.jobs import Job, Runner, Token
from maskstudio.params import CutoutParams, DetectParams, ExportParams, MaskParams, RefineParams
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
        self._exported: tuple[Layer, ...] = ()
        # What jobs under way are working towards, by layer; it counts only as long as they are.
        self._shaping: dict[int, MaskParams] = {}
        self._solving: dict[int, tuple[RefineParams, bool]] = {}

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
        layers = self.document.layers if self.document else ()
        return bool(layers) and layers is not self._exported

    @property
    def exporting(self) -> bool:
        """Whether a file is still being written."""
        return any(job.lane.startswith("export ") for job in self.runner.jobs)

    def mask_params(self, layer: Layer) -> MaskParams:
        """The layer's mask parameters, or the newer ones that are just being applied."""
        return self._shaping[layer.id] if self.runner.under_way(_shape_lane(layer.id)) else layer.params

    def models(self) -> list[ModelState]:
        """Every model of the provider with its state."""
        return self.provider.models()

    # Opening and closing

    def open(self, path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Job:
        """Read an image and make it the document. Until it is there, and if it fails, the open one stays."""

        def done(document: Document) -> None:
            self._let_go()
            self.history = History(document)
            self._exported = document.layers
            self.changed()
            for note in document.image.notes:
                self.told(note)

        return self._start(f"Open {path.name}", lambda token: operations.read(path, limit, token), done, lane="open")

    def close(self) -> None:
        """Let the document go. What is being exported or downloaded goes on."""
        self.runner.cancel("open")
        self._let_go()
        self.history = None
        self.changed()

    # Finding the subject

    def detect(self, params: DetectParams, shape: MaskParams) -> Job:
        """Find objects; each becomes a layer with ``shape``. Unrefined finds of the same model make room for them."""
        document = self._required()

        def done(layers: list[Layer]) -> None:
            if layers:
                self._take(layers, params.model, f"Detect {params.model}")
            else:
                self.told(f"{params.model} found nothing above a confidence of {params.confidence:g}.")

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
            if layer.mask.tiles:
                self._take([layer], params.model, "Remove background")
            else:
                self.told(f"{params.model} found no subject.")

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
            layer = Layer(id=0, name=path.stem, mask=mask, shaped=mask)
            self.commit(self._required().add([layer]), f"Import {path.name}")

        return self._start(
            f"Import {path.name}",
            lambda _token: Mask.from_array(read_mask(path, document.size, allow_resize=resize)),
            done,
            lane=f"import {path}",
        )

    # Layers

    def activate(self, layer_id: int) -> None:
        """Choose the layer that panels act on. Not a step: nothing of the result changes."""
        document = self._required()
        if document.active != layer_id and document.layer(layer_id) and self.history:
            chosen = replace(document, active=layer_id)
            self.history.seal()
            self.history.amend(lambda old: chosen if old is document else old)
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
        document = self._required()
        if document.layer(layer_id):
            self.runner.cancel(f"layer {layer_id} ")
            self.commit(document.remove(layer_id), "Delete layer")

    def move(self, layer_id: int, to: int) -> None:
        """Put a layer at position ``to``, counted from the bottom."""
        document = self._required()
        if document.layer(layer_id):
            self.commit(document.move(layer_id, to), "Move layer")

    # Shaping and refining

    def set_mask_params(self, layer_id: int, params: MaskParams) -> None:
        """Shape a layer anew. Live: a newer call overtakes an older one, and a run of calls is one step."""
        layer = self._required().layer(layer_id)
        if layer is None or self.mask_params(layer) == params:
            return
        if layer.params == params:  # back to what is there, before the job for something else has ended
            self.runner.cancel(_shape_lane(layer_id))
            return
        self._shaping[layer_id] = params

        def done(shaped: Mask) -> None:
            self._fold(layer, "Shape mask", params=params, shaped=shaped, refinement=None)

        self._start(
            "Shape mask",
            lambda token: operations.shaped(layer.mask, params, layer.source, token),
            done,
            lane=_shape_lane(layer_id),
        )

    def refine(self, layer_id: int, params: RefineParams) -> None:
        """Solve a layer's edge, or, where only its colours are concerned, take the new choice over at once."""
        layer, lane = self._required().layer(layer_id), _refine_lane(layer_id)
        if layer is None or (self.runner.under_way(lane) and self._solving[layer_id][0] == params):
            return
        self.runner.cancel(lane)
        if not (layer.refine and layer.refinement and _same_alpha(layer.refine, params)):
            self._solve(layer, params)
        elif layer.refine != params:
            self._fold(layer, "Decontaminate colours", refine=params)

    def unrefine(self, layer_id: int) -> None:
        """Go back to the shaped mask."""
        self.runner.cancel(_refine_lane(layer_id))
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
            f"Download {name}", lambda token: weights.pull(name, token), lambda _: done(), lane=f"download {name}"
        )

    def add_model(self, path: Path, *, trust: bool, done: Callable[[str], None]) -> Job:
        """Copy a weight file into the user's folder; ``trust`` is the user's word that it may be loaded."""
        return self._start(f"Add {path.name}", lambda _token: weights.add(path, trust=trust), done, lane=f"add {path}")

    def remove_model(self, name: str) -> None:
        """Delete a model's file from the user's folder."""
        weights.remove(name)

    # Within

    def _required(self) -> Document:
        if self.document is None:
            raise AssertionError("a verb was called with no document open")
        return self.document

    def _start(self, label: str, work: Callable[[Token], object], done: Callable[..., None], *, lane: str) -> Job:
        return self.runner.start(label, work, done, lane=lane, failed=lambda error: self.failed(error))

    def _let_go(self) -> None:
        """Stop the work on the document."""
        for lane in ("detect", "import", "layer"):
            self.runner.cancel(lane)

    def _take(self, layers: list[Layer], model: str, label: str) -> None:
        """Put what ``model`` found in the place of what it found before and nobody has refined."""
        document = self._required()
        for stale in [layer.id for layer in document.layers if _replaceable(layer, model)]:
            document = document.remove(stale)
        self.commit(document.add(layers), label)

    def _edit(self, layer_id: int, label: str, **fields: object) -> None:
        document = self._required()
        layer = document.layer(layer_id)
        if layer is not None and any(getattr(layer, name) != value for name, value in fields.items()):
            self.commit(document.put(replace(layer, **fields)), label)  # type: ignore[arg-type]

    def _fold(self, origin: Layer, label: str, **fields: object) -> None:
        """Take a result into the layer of now, unless it is gone or has become about another mask."""
        document = self._required()
        now = document.layer(origin.id)
        if now is None or now.mask is not origin.mask:
            return
        layer = replace(now, **fields)  # type: ignore[arg-type]
        self.commit(document.put(layer), label, merge=f"{label} {origin.id}")
        if not layer.refinement:
            self._solve_again(layer)

    def _solve_again(self, layer: Layer) -> None:
        """Solve the edge of a mask that is new, as it is being asked for just now or was before."""
        asked = self.runner.under_way(_refine_lane(layer.id))
        params, amend = self._solving[layer.id] if asked else (layer.refine, True)
        if params is not None:
            self._solve(layer, params, amend=amend)

    def _solve(self, layer: Layer, params: RefineParams, *, amend: bool = False) -> None:
        image = self._required().image
        self._solving[layer.id] = (params, amend)

        def solved_in(document: Document, edge: Refinement | None) -> Document:
            """The document with the edge in its layer, if that still shows the mask the edge was solved for."""
            now = document.layer(layer.id)
            if now is None or now.shaped is not layer.shaped:
                return document
            if not amend:
                return document.put(replace(now, refine=params, refinement=edge))
            waits = now.refine and not now.refinement and _same_alpha(now.refine, params)
            return document.put(replace(now, refinement=edge)) if waits else document

        def done(solved: Layer) -> None:
            document = self._required()
            if amend and self.history:  # every step that waits for this edge gets it
                self.history.amend(lambda old: solved_in(old, solved.refinement))
                self.changed()
            elif (whole := solved_in(document, solved.refinement)) is not document:
                self.commit(whole, "Refine edge", merge=f"refine {layer.id}")

        self._start(
            "Refine edge",
            lambda token: operations.refine(image, layer, params, token),
            done,
            lane=_refine_lane(layer.id),
        )

    def _walk(self, step: Callable[[History], Document]) -> None:
        if self.history is None:
            return
        self.runner.cancel("layer")
        document = step(self.history)
        self.changed()
        for layer in document.layers:
            if not layer.refinement:
                self._solve_again(layer)

    def _export(self, path: Path, document: Document, work: Callable[[Token], None]) -> Job:
        def done(_: None) -> None:
            if self.document and self.document.image is document.image:
                self._exported = document.layers
            self.told(f"Saved {path.name}.")
            self.changed()

        return self._start(f"Export {path.name}", work, done, lane=f"export {path}")


def _shape_lane(layer_id: int) -> str:
    return f"layer {layer_id} shape"


def _refine_lane(layer_id: int) -> str:
    return f"layer {layer_id} refine"


def _same_alpha(one: RefineParams, other: RefineParams) -> bool:
    """Whether two refinements differ in their colours only."""
    return (one.band_width, one.solver) == (other.band_width, other.solver)


def _replaceable(layer: Layer, model: str) -> bool:
    """Whether a new run of ``model`` stands in for this layer: its own find, with no refinement on it."""
    return layer.source is not None and layer.source.model == model and layer.refine is None
