"""Values worked out when first asked for: kept, handed on to copies, forgotten; and the masks of a layer among them."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from maskstudio.core.document import Detection, Document, Refinement, Region
from maskstudio.core.history import held
from maskstudio.core.layer import Found, Layer, Origin
from maskstudio.core.lazy import carry, declared, lazy, made_of
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.params.local import AdjustParams, MaskParams, RefineParams
from tests.core.documents import disc, document, image, layer


@dataclass(frozen=True, eq=False)
class Sum:
    one: int
    two: int
    three: int

    @lazy
    def free(self):
        return object()

    @made_of("one", "two")
    def pair(self):
        return [self.one + self.two]

    @made_of("pair", "three")
    def all(self):
        return [self.pair[0] + self.three]


def test_a_value_is_worked_out_once_and_told_without_working_it_out():
    made = Sum(1, 2, 3)
    assert Sum.all.kept(made) is None
    assert Sum.pair.kept(made) is None
    assert made.all is made.all
    assert made.all == [6]
    assert Sum.all.kept(made) is made.all
    assert Sum.pair.kept(made) is made.pair


def test_a_forgotten_value_is_worked_out_anew():
    made = Sum(1, 2, 3)
    first = made.pair
    Sum.pair.forget(made)
    Sum.pair.forget(made)
    assert Sum.pair.kept(made) is None
    assert made.pair == first
    assert made.pair is not first


def test_a_value_that_is_known_is_not_worked_out():
    made = Sum(1, 2, 3)
    Sum.pair.keep(made, [100])
    assert made.all == [103]


@pytest.mark.parametrize(
    ("changed", "kept"),
    [((), {"pair", "all"}), (("three",), {"pair"}), (("one",), set()), (("two", "three"), set())],
)
def test_a_copy_keeps_what_is_made_of_nothing_that_changed(changed, kept):
    old = Sum(1, 2, 3)
    assert (old.all, old.free is None) == ([6], False)
    new = replace(old, **dict.fromkeys(changed, 10))
    carry(old, new, changed)
    assert {name for name, value in declared(Sum).items() if value.kept(new) is not None} == kept
    assert new.all == [new.one + new.two + new.three]
    assert Sum.free.kept(new) is None, "only what says what it is made of is handed on"


def other(plane):
    return Mask.from_array(plane)


def painted(radius, centre):
    value = other(disc(radius=radius, centre=centre))
    return Paint(value, value)


RAW, SHAPED, SOLVED, AREA = disc(radius=60), disc(radius=75), disc(radius=90), disc(radius=50, centre=(90, 90))
ANOTHER = disc(radius=33, centre=(150, 100))
VALUES = {  # of every field, as it is and another one
    "id": (1, 2),
    "name": ("moon", "sun"),
    "mask": (other(RAW), other(ANOTHER)),
    "shaped": (other(SHAPED), other(ANOTHER)),
    "params": (MaskParams(1, 1), MaskParams(2, 2)),
    "source": (None, Detection("moon", 0.5, (0, 0, 1, 1), other(RAW))),
    "refine": (RefineParams(), None),
    "edge": (AdjustParams(), AdjustParams(smooth=3)),
    "hints": (None, other(ANOTHER)),
    "regions": ((), (Region(1, "hair", other(AREA)),)),
    "measured": (None, Refinement(other(ANOTHER), {})),
    "refinement": (Refinement(other(SOLVED), {}), Refinement(other(ANOTHER), {})),
    "visible": (True, False),
    "mode": ("add", "subtract"),
    "inverted": (False, True),
    "paint": (painted(20, (40, 40)), painted(25, (200, 200))),
    "retouch": (painted(15, (240, 60)), painted(30, (60, 240))),
    "colour": ((1, 2, 3), (4, 5, 6)),
    "origin": (None, Origin("hand")),
    "found": (None, Found("moon", MaskParams(), None)),
}


def planes(one):
    """Recipe, base and alpha as their definition has them, in floats."""

    def over(base, paint):
        return base if paint is None else paint.value.array() + np.rint(base * (255.0 - paint.cover.array()) / 255)

    recipe = 255.0 - one.shaped.array() if one.inverted else one.shaped.array().astype(float)
    base = over(recipe, one.paint)
    alpha = base if one.refinement is None else over(one.refinement.alpha.array().astype(float), one.retouch)
    return {"recipe": recipe, "base": base, "alpha": alpha}


READS = {"recipe": {"shaped", "inverted"}, "base": {"shaped", "inverted", "paint"}}
READS["alpha"] = READS["base"] | {"refinement", "retouch"}


@pytest.mark.parametrize("solved", [True, False])
@pytest.mark.parametrize("name", [field.name for field in fields(Layer)])
def test_masks_made_of_what_stayed_the_same_stay_the_same_objects(name, solved):
    old = Layer(**{each: values[0] for each, values in VALUES.items()} | ({} if solved else {"refinement": None}))
    before = {each: value.kept(old) for each, value in declared(Layer).items() if getattr(old, each)}
    assert before.keys() == planes(old).keys()
    new = old.changed(**{name: VALUES[name][1]})
    anew = Layer(**{each.name: getattr(new, each.name) for each in fields(Layer)})
    for each, plane in planes(new).items():
        np.testing.assert_array_equal(getattr(new, each).array(), plane)
        np.testing.assert_array_equal(getattr(anew, each).array(), plane)
        assert name in READS[each] or getattr(new, each) is before[each], "it was made again for nothing"


def test_each_field_that_masks_are_made_of_is_tried_with_another_value():
    assert VALUES.keys() == {field.name for field in fields(Layer)}
    assert all(one is not another for one, another in VALUES.values())


def test_a_layer_tells_the_masks_it_has_made_and_makes_none():
    one = layer(disc(), paint=painted(20, (40, 40)))
    assert one.kept == []
    base = one.base
    assert one.kept == [one.recipe, base]
    assert held(Document(image(), (one,))).keys() >= {id(tile) for tile in base.tiles.values() if tile.value is None}


def test_history_makes_no_masks_to_weigh_them():
    whole = document(disc(), disc(radius=40))
    held(whole)
    assert whole.kept_alpha is None
    assert all(one.kept == [] for one in whole.layers)


def test_a_document_that_only_history_holds_combines_again_what_it_forgot():
    whole = document(disc(), disc(radius=40, centre=(40, 40)))
    alpha = whole.alpha
    assert whole.kept_alpha is alpha
    whole.forget()
    assert whole.kept_alpha is None
    np.testing.assert_array_equal(whole.alpha.array(), alpha.array())
    assert whole.alpha is not alpha


def test_a_rename_combines_nothing_again():
    whole = document(disc(), disc(radius=40, centre=(40, 40)))
    alpha = whole.alpha
    assert whole.put(whole.layers[0].changed(name="moon")).alpha is alpha
