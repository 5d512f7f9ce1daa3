"""The steps of ``maskstudio refine`` on a session whose jobs run at once: everything the window offers for an edge."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskstudio.cli.streams import given
from maskstudio.core.files import read_mask, write_mask
from maskstudio.core.layer import Layer
from maskstudio.core.mask import Mask
from maskstudio.errors import BadMask, BadParameter
from maskstudio.matting.hints import HINT_MASK, HINT_UNKNOWN, hinted
from maskstudio.names import shown
from maskstudio.params.local import AdjustParams, RefineParams
from maskstudio.session.recipe import Recipe
from maskstudio.session.session import Session


@dataclass(frozen=True)
class Given:
    """Files that say more about an edge. A region is a mask, "=", and the recipe it is refined by."""

    trimap: Path | None = None
    here: Path | None = None
    keep: Path | None = None
    regions: tuple[str, ...] = ()
    clean_plate: Path | None = None
    second_shot: Path | None = None

    @property
    def files(self) -> tuple[Path | None, ...]:
        """All the pictures that are read."""
        masks = (Path(text.partition("=")[0]) for text in self.regions)
        return self.trimap, self.here, self.keep, *masks, self.clean_plate, self.second_shot


@dataclass(frozen=True)
class Report:
    """What was found out: ``sentence`` for a person, ``fringe`` for a program."""

    sentence: str = ""
    fringe: dict[str, Any] | None = None


def check_mask(session: Session, mask: Path, more: Given) -> None:
    """Refuse a ``mask``, just imported, in which nothing is selected, unless ``more`` says where the object is.

    Raises BadMask.
    """
    layer = _active(session)
    if not layer.alpha.bounds and more == Given():
        raise BadMask(f"{mask.name} is empty: nothing is selected in this mask, so there is nothing to refine.")


def refine(
    session: Session, params: RefineParams, adjust: AdjustParams, given: Given, *, fix: bool, fringe: bool
) -> Report:
    """Refine the active layer, the mask just imported, with all that is given."""
    layer = _matched(session, given) if given.clean_plate or given.second_shot else _active(session)
    if given.trimap is not None:
        session.import_trimap(layer.id, given.trimap)
    _paint_hints(session, given)
    session.refine(layer.id, params)
    session.adjust_edge(adjust)
    for text in given.regions:
        _add_region(session, text)
    return checked(session, fix=fix, fringe=fringe)


def checked(session: Session, *, fix: bool, fringe: bool) -> Report:
    """What the edge shows of the old background, and cleaned of it where that is asked for."""
    report = _fringe(session) if fringe or fix else Report()
    if fix:
        session.fix_fringe()
        after = _fringe(session)
        fixed = f"{after.sentence.rstrip('.')}; it was {report.fringe['amount']} before." if report.fringe else ""
        report = Report(fixed, {**(after.fringe or {}), "before": report.fringe})
    return report


def write_trimap(session: Session, path: Path) -> None:
    """Write the trimap the active layer is solved with."""
    session.draw_trimap()
    if session.trimap is not None and session.document is not None:
        write_mask(path, session.trimap.array(), resolution=session.document.image.metadata.resolution)


def _active(session: Session) -> Layer:
    layer = session.active
    assert layer is not None
    return layer


def _matched(session: Session, given: Given) -> Layer:
    """The layer measured from a second photo, in the place of the mask that said where the object is."""
    if given.clean_plate and given.second_shot:
        raise BadParameter("Give either a clean plate or a second shot, not both.")
    rough = _active(session)
    if given.clean_plate:
        session.match(given.clean_plate, "plate")
    elif given.second_shot:
        session.match(given.second_shot, "second")
    session.delete(rough.id)
    return _active(session)


def _paint_hints(session: Session, given: Given) -> None:
    assert session.document is not None
    for path, code in ((given.here, HINT_UNKNOWN), (given.keep, HINT_MASK)):
        if path is not None:
            layer = _active(session)
            cover = Mask.from_array(read_mask(path, session.document.size))
            session.take_trimap(layer.id, hinted(layer.hints, cover, code), f"Import {path.name}")


def _add_region(session: Session, text: str) -> None:
    assert session.document is not None
    mask, _, recipe = text.partition("=")
    if not (mask and recipe):
        raise BadParameter(f"A region is given as MASK=RECIPE, not {text!r}.")
    wanted, file = Recipe.read(given(recipe)), given(mask)
    session.add_region(
        _active(session).id,
        shown(file.stem),
        Mask.from_array(read_mask(file, session.document.size)),
        refine=wanted.params(RefineParams),
        edge=wanted.params(AdjustParams),
    )


def _fringe(session: Session) -> Report:
    session.measure_fringe()
    found = session.fringe
    if found is None:
        return Report()
    amount = round(found.amount, 2)
    red, green, blue = found.backdrop
    peak = round(found.peak, 2)
    place = f", and of {peak} where it is worst, at {found.worst[0]}, {found.worst[1]}" if found.worst else ""
    sentence = f"The edge shows a fringe of {amount} on #{red:02x}{green:02x}{blue:02x}{place}."
    worst = list(found.worst) if found.worst else None
    spots = [{"at": list(spot.place), "amount": round(spot.amount, 2)} for spot in found.tour]
    told = {"amount": amount, "peak": peak, "backdrop": list(found.backdrop), "worst": worst, "spots": spots}
    return Report(sentence, told)
