"""What holds at every moment of a session, whatever a random user does to it."""

import numpy as np
from hypothesis.stateful import RuleBasedStateMachine, invariant

from maskstudio.core.adjust import adjusted
from maskstudio.core.ops import apply_mask_params
from tests.core.documents import combined
from tests.walkers import HEIGHT, WIDTH, covered, solved


class Sound(RuleBasedStateMachine):
    """``session`` is sound, and holds what was last asked of each layer, by its id: ``asked``, ``edges`` and more."""

    def believe_the_document(self):
        self.hinted = {layer.id: layer.hints for layer in self.document.layers}
        self.painted = {layer.id: (layer.paint, layer.retouch, layer.inverted) for layer in self.document.layers}
        self.asked = {layer.id: layer.params for layer in self.document.layers}
        self.edges = {layer.id: layer.refine for layer in self.document.layers}

    @property
    def document(self):
        return self.session.document

    def remember_paint(self, layer_id):
        layer = self.document.layer(layer_id)
        self.painted[layer_id] = (layer.paint, layer.retouch, layer.inverted)
        self.hinted[layer_id] = layer.hints

    @invariant()
    def the_panel_shows_what_was_asked_for(self):
        for layer in self.document.layers:
            assert self.session.shaping.mask_params(layer) == self.asked[layer.id]

    @invariant()
    def every_step_is_sound(self):
        for step in self.session.history.steps:
            for layer in step.document.layers:
                shaped = apply_mask_params(layer.mask.array(), layer.params.mask_padding, layer.params.mask_blur)
                np.testing.assert_array_equal(layer.shaped.array(), shaped)
                base = covered(255 - shaped if layer.inverted else shaped, layer.paint)
                if layer.refinement is not None:
                    found = layer.refinement.solved.array()
                    if not layer.refinement.pending:
                        band = layer.refine and layer.refine.band_width
                        expected = solved(base, band, layer.hints and layer.hints.array())
                        np.testing.assert_array_equal(found, expected)
                        if layer.refinement.edges == layer.edges and not layer.edge.shift_edge:  # which has drafts
                            controlled = adjusted(found, layer.edge)
                            np.testing.assert_array_equal(layer.refinement.alpha.array(), controlled)
                    base = covered(layer.refinement.alpha.array(), layer.retouch)
                np.testing.assert_array_equal(layer.alpha.array(), base)

    @invariant()
    def no_stroke_is_lost(self):
        for layer in self.document.layers:
            assert (layer.paint, layer.retouch, layer.inverted) == self.painted[layer.id]
            assert layer.hints is self.hinted[layer.id]

    @invariant()
    def alpha_is_the_layers_from_bottom_to_top(self):
        plane = np.zeros((HEIGHT, WIDTH), np.uint8)
        for layer in self.document.layers:
            over = layer.alpha.array()
            if layer.visible:
                plane = combined(plane, over, layer.mode)
        if self.document.solo is not None:
            plane = self.document.layer(self.document.solo).alpha.array()
        np.testing.assert_array_equal(self.document.alpha.array(), plane)

    @invariant()
    def memory_is_what_the_steps_hold(self):
        held = {}
        for step in self.session.history.steps:
            masks = [mask for layer in step.document.layers for mask in (layer.mask, layer.shaped)]
            for mask in masks:
                held |= {id(tile): tile.nbytes for tile in mask.tiles.values()}
        assert sum(held.values()) <= self.session.history.nbytes
