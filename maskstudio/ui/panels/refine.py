"""The panel that refines the active layer's edge: the band, clean colours, regions, and the fringe that is left."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from maskstudio.core.document import Layer, Region
from maskstudio.params.local import RefineParams
from maskstudio.services.departure import Departure
from maskstudio.session.session import Session
from maskstudio.ui.panels.colours import ColoursSection
from maskstudio.ui.panels.edge import EdgeSection
from maskstudio.ui.panels.halo import HaloSection
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.panels.regions import RegionsSection
from maskstudio.ui.panels.spillsearch import SpillSearch
from maskstudio.ui.services.elsewhere import Elsewhere
from maskstudio.ui.widgets import parts


class RefinePanel(RedrawnByChange, QWidget):
    """Refines the active layer's edge: a button starts it the first time, afterwards every change is live.

    It shows and changes the whole edge, or the chosen region (``regionChosen``, with its id or None).
    """

    SHOWS = Shows(active=True, own=frozenset({"refine", "regions", "hints"}))

    regionChosen = Signal(object)  # noqa: N815
    spillPickRequested = Signal()  # is answered with ``set_spill``  # noqa: N815

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for the active layer of ``session``, with the whole edge chosen."""
        super().__init__(parent)
        self.setObjectName("refinePanel")
        self._session = session
        self._own = RefineParams()  # parameters for the next layer to be refined
        self._chosen: tuple[int, int] | None = None  # ids of the layer and the region
        self.elsewhere = Elsewhere(session, ("refine",))
        self.edge, self.colours = EdgeSection(self._press, self.elsewhere), ColoursSection()
        self._spill = SpillSearch(session, self.colours)
        self.regions, self.halo = RegionsSection(session), HaloSection(session)
        for form in (self.edge.form, self.colours.form):
            form.changed.connect(self._change)
        self.colours.spill.pickRequested.connect(self.spillPickRequested)
        self.regions.chosen.connect(self.choose_region)
        self.regions.addRequested.connect(self._add_region)
        self.regions.toggled.connect(self.refresh)
        column = parts.column(self)
        column.setSpacing(2)
        column.addWidget(self.edge)
        for section in (self.colours, self.regions, self.halo):
            column.addWidget(parts.line())
            column.addWidget(section)
        self.refresh()

    def adopt(self, actions: Mapping[str, QAction]) -> None:
        """Tie the buttons that show or go to something to the window's actions, by id."""
        self.edge.trimap_action.follow(actions.get("view.trimap"))
        self.colours.before_action.follow(actions.get("view.rawColours"))
        self.halo.adopt(actions.get("view.worst"), actions.get("view.nextFringe"), actions.get("mask.fixFringe"))

    def params(self) -> RefineParams:
        """The values of the forms."""
        return self.edge.form.params()

    @property
    def region(self) -> int | None:
        """The id of the chosen region; None for the whole edge."""
        return self._chosen[1] if self._chosen else None

    def choose_region(self, region: int | None) -> None:
        """Show and change this region, or, with None, the whole edge."""
        layer, before = self._session.active, self.region
        self._chosen = (layer.id, region) if layer is not None and region is not None else None
        self.refresh()
        if self.region != before:
            self.regionChosen.emit(self.region)

    def set_spill(self, colour: tuple[int, int, int]) -> None:
        """Take this colour (red, green, blue) out of the edge."""
        self._change(replace(self.params(), color_decontamination=True, spill=(*colour, 255)))

    def refine(self) -> None:
        """Solve the active layer's edge with the values of the form; with a region chosen, as it was last solved.

        With a service chosen, ask that instead.
        """
        if self.elsewhere.name:
            self.elsewhere.ask("refine")
        elif layer := self._session.active:
            self.refine_here(self._session, layer.id)
            self.refresh()

    def refine_here(self, session: Session, layer_id: int) -> None:
        """Solve the edge of a layer of ``session`` on this machine, whatever is chosen."""
        layer = session.document.layer(layer_id) if session.document else None
        if layer is not None:
            session.shaping.refine(layer_id, session.shaping.refine_params(layer) or self._own)

    def run_here(self, session: Session, departure: Departure) -> Callable[[], object] | None:
        """A verb that does on this machine what a service was asked for; None if this panel has none."""
        if departure.operation != "refine" or departure.layer is None:
            return None
        return partial(self.refine_here, session, departure.layer)

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.elsewhere.follow(session)
        self._spill.follow(session)
        self.regions.follow(session)
        self.halo.follow(session)
        self.choose_region(None)

    @property
    def sections(self) -> tuple[RedrawnByChange, ...]:
        """The search for the spill colour, and the halo meter."""
        return self._spill, self.halo

    def facts(self) -> object:
        """The values of the forms, those being solved, the sentence about it, and the state of the chosen service."""
        layer = self._session.active
        wanted = self._session.shaping.refine_params(layer) if layer is not None else None
        sentence = self._sentence(layer, self._region(layer))
        return self.edge.form.params(), self.colours.form.params(), wanted, sentence, self.elsewhere.facts()

    def redraw(self) -> None:
        """Show the active layer's refinement, or the one being solved."""
        layer = self._session.active
        region = self._region(layer)
        if region is None and self._chosen is not None:
            self._chosen = None
            self.regionChosen.emit(None)
        refined = layer is not None and layer.refine is not None
        params = self._own if layer is None else region.refine if region else self._of_layer(layer)
        self.edge.show_params(params, live=layer is not None)
        self.colours.show_params(params, live=layer is not None)
        self.edge.button.setEnabled(layer is not None)
        self.elsewhere.refresh()
        if refined:
            tip = self.tr("Back to the shaped mask, for the whole layer with its regions")
            self.edge.name_button(self.tr("Remove refinement"), primary=False, tip=tip)
        else:
            self.edge.name_button(self.tr("Refine"), primary=True, tip=self.tr("Solve the band along the whole edge"))
        parts.say(self.edge.state, self._sentence(layer, region))
        self.regions.show_layer(layer, self.region)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.regions.dress()

    def _of_layer(self, layer: Layer) -> RefineParams:
        return self._session.shaping.refine_params(layer) or self._own

    def _region(self, layer: Layer | None) -> Region | None:
        """The chosen region, if it still exists and its layer is active."""
        if layer is None or self._chosen is None or self._chosen[0] != layer.id:
            return None
        return next((each for each in layer.regions if each.id == self._chosen[1]), None)

    def _sentence(self, layer: Layer | None, region: Region | None) -> str:
        if layer is None:
            return self.tr("Choose a layer to refine its edge.")
        if self._session.runner.under_way(f"layer {layer.id} refine"):
            return self.tr("Solving the edge of {}…").format(self._called(layer))
        if region is not None:
            return self.tr("Only {}; changes show at once.").format(region.name)
        if layer.refine is not None:
            return self.tr("{} is refined; changes show at once.").format(self._called(layer))
        return self.tr("Solves the band along the edge, hair by hair.")

    def _called(self, layer: Layer) -> str:
        document = self._session.document
        return document.called(layer) if document is not None else layer.name

    def _change(self, params: RefineParams) -> None:
        layer, region = self._session.active, self._region(self._session.active)
        if layer is not None and region is not None:
            self._session.edging.set_region(layer.id, region.id, refine=params)
        else:
            self._own = params
            if layer is not None and self._session.shaping.refine_params(layer) is not None:
                self._session.shaping.refine(layer.id, params)
        self.refresh()

    def _add_region(self) -> None:
        """Add a region with the layer's parameters, or those being solved."""
        if layer := self._session.active:
            self.choose_region(self._session.edging.add_region(layer.id, refine=self._of_layer(layer)))

    def _press(self) -> None:
        layer = self._session.active
        if layer is not None and layer.refine is not None:
            self._session.shaping.unrefine(layer.id)
        else:
            self.refine()
