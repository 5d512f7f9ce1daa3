"""The steps of a recipe on a photo, one function each, shared by the command line, the window and a batch.

They need a session whose jobs run at once: a step is done when its call returns, and raises its errors.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from maskstudio.core.files import DEFAULT_PIXEL_LIMIT, read_mask, write_mask
from maskstudio.core.fringe import Fringe
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.errors import BadMask, BadParameter
from maskstudio.matting.hints import HINT_MASK, HINT_UNKNOWN, hinted
from maskstudio.names import shown
from maskstudio.params.local import AdjustParams, ExportParams, MaskInParams, RefineParams
from maskstudio.session.recipe import Recipe
from maskstudio.session.session import Session


@dataclass(frozen=True)
class RegionFile:
    """A part of an edge that is refined with a ``recipe`` of its own; ``mask`` is a picture of where it lies."""

    mask: Path
    recipe: Path


@dataclass(frozen=True)
class Given:
    """Files that say more about an edge than the mask does.

    ``trimap`` says what is inside, outside and to be solved; ``here`` is white where the edge is solved too, ``keep``
    white where the mask stays unchanged. ``clean_plate`` is a photo of the scene without the object, ``second_shot``
    one of the object before another background; at most one of the two is allowed.
    """

    trimap: Path | None = None
    here: Path | None = None
    keep: Path | None = None
    regions: tuple[RegionFile, ...] = ()
    clean_plate: Path | None = None
    second_shot: Path | None = None

    @property
    def files(self) -> tuple[Path | None, ...]:
        """All pictures that are read."""
        masks = (region.mask for region in self.regions)
        return self.trimap, self.here, self.keep, *masks, self.clean_plate, self.second_shot


@dataclass(frozen=True)
class FringeReport:
    """The measured fringe, and the fringe ``before`` it was cleaned; None if not measured."""

    fringe: Fringe | None = None
    before: Fringe | None = None


NOTHING_MORE = Given()


def open_photo(session: Session, photo: Path, *, huge: bool = False) -> None:
    """Open a photo without a mask that its own file may carry; ``huge`` allows one above the pixel limit."""
    session.opening.open(photo, limit=None if huge else DEFAULT_PIXEL_LIMIT)
    if session.document and session.document.layers:
        session.commit(replace(session.document, layers=(), active=None), "Start afresh")


def take_mask(
    session: Session,
    mask: Path,
    params: MaskInParams,
    more: Given = NOTHING_MORE,
    *,
    resize: bool = False,
    keep_size: bool = False,
) -> None:
    """Make the mask in a file the active layer; ``resize`` and ``keep_size`` are as in ``ImportingVerbs.import_mask``.

    Raises BadMask if nothing is selected in it, unless ``more`` says where the object is.
    """
    session.importing.import_mask(mask, params, resize=resize, keep_size=keep_size)
    if not _active(session).alpha.bounds and more == NOTHING_MORE:
        raise BadMask(f"{mask.name} is empty: nothing is selected in this mask, so there is nothing to refine.")


def refine(session: Session, recipe: Recipe, more: Given = NOTHING_MORE) -> None:
    """Refine the active layer as the recipe says, with all files given.

    Raises BadParameter for two second photos, and the errors of reading for a file of ``more`` that cannot be used.
    """
    layer = _matched(session, more) if more.clean_plate or more.second_shot else _active(session)
    if more.trimap is not None:
        session.edging.import_trimap(layer.id, more.trimap)
    _paint_hints(session, more)
    session.shaping.refine(layer.id, recipe.params(RefineParams))
    session.adjusting.adjust_edge(recipe.params(AdjustParams))
    for region in more.regions:
        _add_region(session, region)


def check_fringe(session: Session, *, fix: bool = False) -> FringeReport:
    """Measure how much of the old background the edge shows; with ``fix``, clean it and measure again."""
    before = _fringe(session)
    if not fix:
        return FringeReport(before)
    session.edging.fix_fringe()
    return FringeReport(_fringe(session), before)


def write_trimap(session: Session, path: Path) -> None:
    """Write the trimap that the active layer is solved with: 0 outside, 128 unknown, 255 inside."""
    session.inspecting.draw_trimap()
    if session.inspecting.trimap is not None and session.document is not None:
        write_mask(path, session.inspecting.trimap.array(), resolution=session.document.image.metadata.resolution)


def write(
    session: Session,
    output: Path,
    params: ExportParams,
    *,
    mask_only: bool = False,
    backdrop: tuple[int, int, int, int] | None = None,
) -> None:
    """Write the cut-out as a PNG, over ``backdrop`` (red, green, blue, opacity; 0..255) if given, or its mask alone."""
    if mask_only:
        session.exporting.export_mask(output, params)
    else:
        session.exporting.export(output, params, backdrop=backdrop)


def _active(session: Session) -> Layer:
    layer = session.active
    assert layer is not None
    return layer


def _matched(session: Session, more: Given) -> Layer:
    """The layer measured from a second photo, in place of the mask that said where the object is."""
    if more.clean_plate and more.second_shot:
        raise BadParameter("Give either a clean plate or a second shot, not both.")
    rough = _active(session)
    if more.clean_plate:
        session.matching.match(more.clean_plate, "plate")
    elif more.second_shot:
        session.matching.match(more.second_shot, "second")
    session.layers.delete(rough.id)
    return _active(session)


def _paint_hints(session: Session, more: Given) -> None:
    assert session.document is not None
    for path, code in ((more.here, HINT_UNKNOWN), (more.keep, HINT_MASK)):
        if path is not None:
            layer = _active(session)
            cover = Mask.from_array(read_mask(path, session.document.size))
            session.edging.take_trimap(layer.id, hinted(layer.hints, cover, code), f"Import {path.name}")


def _add_region(session: Session, region: RegionFile) -> None:
    assert session.document is not None
    wanted = Recipe.read(region.recipe)
    session.edging.add_region(
        _active(session).id,
        shown(region.mask.stem),
        Mask.from_array(read_mask(region.mask, session.document.size)),
        refine=wanted.params(RefineParams),
        edge=wanted.params(AdjustParams),
    )


def _fringe(session: Session) -> Fringe | None:
    session.inspecting.measure_fringe()
    return session.inspecting.fringe
