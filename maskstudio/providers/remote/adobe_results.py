"""Fetches the results of a finished job at Adobe and makes pieces of them (docs/services.md, 2.5 and 2.6)."""

from collections.abc import Callable
from typing import Any

from maskstudio.core.arrays import Plane
from maskstudio.params.adobe import AdobeBodyPartsParams, AdobeCutoutParams, AdobeObjectsParams, AdobeRefineParams
from maskstudio.providers.remote import adobe_jobs, carrier
from maskstudio.providers.remote.adobe_jobs import FoundPicture
from maskstudio.providers.remote.base import Errand, Piece, Times, aside
from maskstudio.providers.remote.pictures import box_of, cutout_of, mask_of
from maskstudio.providers.remote.wire import Deadline
from maskstudio.services.addresses import Site
from maskstudio.services.adobe import ADOBE

_TITLE = ADOBE.title
_BACKGROUNDS = 20  # most masks of the background


class Results:
    """The results of a finished job as pieces: fetched one by one, decoded on threads."""

    def __init__(
        self,
        errand: Errand,
        sent: tuple[int, int],
        data: dict[str, Any],
        known: frozenset[Site],
        times: Times,
        deadline: Deadline,
    ) -> None:
        """``data`` is the answer of the job, ``sent`` the size of the photo as sent, ``known`` the sites the user
        configured.
        """
        self._errand, self._sent, self._data = errand, sent, data
        self._known, self._times, self._deadline = known, times, deadline

    async def pieces(self) -> list[Piece]:
        """All pieces the user asked for, best first, hidden ones last."""
        params = self._errand.params
        if isinstance(params, AdobeObjectsParams):
            return await self._objects(params)
        if isinstance(params, AdobeBodyPartsParams):
            parts = adobe_jobs.masks_in(self._data, "masks")
            kept = adobe_jobs.chosen(parts, params.confidence, params.max_detections)
            return [await self._piece(each) for each in kept]
        if isinstance(params, AdobeCutoutParams):
            _, found = adobe_jobs.picture_in(self._data, "outputs")
            return [await self._whole(found, "Subject", coloured=params.mode == "cutout")]
        slot, found = adobe_jobs.picture_in(self._data, *self._slots())
        return [await self._whole(found, "Refined", coloured=slot == "image")]

    def _slots(self) -> tuple[str, ...]:
        """The names of a refined mask in the answer, preferred first; the other one is used if the first is missing."""
        coloured = isinstance(self._errand.params, AdobeRefineParams) and self._errand.params.color_decontamination
        return ("image", "mask") if coloured else ("mask", "image")

    async def _objects(self, params: AdobeObjectsParams) -> list[Piece]:
        found = adobe_jobs.masks_in(self._data, "semanticMasks")
        kept = adobe_jobs.chosen(found, params.confidence, params.max_detections)
        pieces = [await self._piece(each) for each in kept]
        if params.background_masks:
            backgrounds = adobe_jobs.masks_in(self._data, "backgroundMasks")[:_BACKGROUNDS]
            pieces += [await self._piece(each, hidden=True) for each in backgrounds]
        return pieces

    async def _piece(self, found: FoundPicture, *, hidden: bool = False) -> Piece:
        data = await self._fetched(found)
        errand, sent = self._errand, self._sent
        mask = await aside(lambda check: mask_of(data, sent, errand.photo, _TITLE, check, box=found.box))
        box = box_of(mask) if found.box is None else adobe_jobs.scaled(found.box, sent, errand.size)
        label = found.label or ("Background" if hidden else "Object")
        return Piece(label, found.score, box, mask, hidden=hidden, said=found.said)

    async def _whole(self, found: FoundPicture, label: str, *, coloured: bool) -> Piece:
        """The one picture of a cut-out or a refined mask as a piece, with its colours if ``coloured``."""
        data = await self._fetched(found)
        errand, sent = self._errand, self._sent

        def unpacked(check: Callable[[], None]) -> tuple[Plane, Plane | None]:
            if coloured:
                return cutout_of(data, sent, errand.photo, _TITLE, check)
            return mask_of(data, sent, errand.photo, _TITLE, check, box=found.box), None

        mask, colours = await aside(unpacked)
        return Piece(label, None, box_of(mask), mask, colours, said=found.said)

    async def _fetched(self, found: FoundPicture) -> bytes:
        return await carrier.fetch(found.link, self._known, self._times, self._deadline)
