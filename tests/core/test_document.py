"""Documents: combining layers, ids, what changed, and the colours of the cut-out."""

from dataclasses import replace

import numpy as np

from maskstudio.core.document import Document, Refinement, compare
from maskstudio.core.geometry import Rect
from maskstudio.core.mask import Mask
from maskstudio.core.paint import Paint
from maskstudio.params.local import RefineParams
from tests.core.documents import disc, document, image, layer


def test_layers_combine_from_bottom_to_top():
    a, b, c = disc(radius=100), disc(radius=60), disc(radius=90, centre=(100, 100))
    whole = Document(image()).add([layer(a), layer(b, mode="subtract"), layer(c, mode="intersect")])
    expected = np.minimum(np.minimum(a, 255 - b), c)
    np.testing.assert_array_equal(whole.alpha.array(), expected)
    hidden = whole.put(replace(whole.layers[1], visible=False))
    np.testing.assert_array_equal(hidden.alpha.array(), np.minimum(a, c))


def test_ids_are_never_used_twice():
    whole = document(disc(), disc())
    whole = whole.remove(2).add([layer(disc(), "third")])
    assert [one.id for one in whole.layers] == [1, 3]
    assert whole.active == 3
    assert whole.remove(3).active == 1
    assert whole.remove(3).remove(1).active is None


def test_moving_keeps_every_layer():
    whole = document(disc(), disc(), disc())
    assert [one.id for one in whole.move(1, 2).layers] == [2, 3, 1]
    assert [one.id for one in whole.move(3, -5).layers] == [3, 1, 2]
    assert [one.id for one in whole.move(1, 99).layers] == [2, 3, 1]


def test_compare_finds_just_the_tiles_that_changed():
    before = document(disc(600, 600, 100), width=600, height=600)
    plane = before.alpha.array()
    plane[505:520, 20:30] = 255
    first = before.layers[0]
    after = before.put(replace(first, shaped=first.shaped.put(plane, 0, 0)))
    change = compare(before, after)
    assert change.area == Rect(0, 256, 256, 256).unite(Rect(0, 512, 256, 88))
    assert not change.image
    assert compare(after, after).area == Rect(0, 0, 0, 0)
    assert compare(None, after).image


def test_renaming_changes_no_pixel():
    before = document(disc())
    change = compare(before, before.put(replace(before.layers[0], name="moon")))
    assert change.layers
    assert not change.alpha


def refined(amount, *, dtype=np.uint8):
    """A document whose layer has a soft edge and clean colours that are the image's inverted."""
    photo = image(dtype=dtype)
    ramp = np.tile(np.clip(np.arange(300) - 20, 0, 255).astype(np.uint8), (280, 1))
    alpha = Mask.from_array(ramp)
    top = np.iinfo(dtype).max
    tiles = {index: top - photo.pixels[alpha.rect(index).slices()] for index in ((0, 0), (1, 0), (0, 1), (1, 1))}
    soft = layer(ramp, refine=RefineParams(decontamination_amount=amount), refinement=Refinement(alpha, tiles))
    return Document(photo).add([soft]), ramp, photo.pixels, top


def test_decontaminated_colours_stay_in_the_edge_and_follow_the_amount():
    for dtype in (np.uint8, np.uint16):
        for amount in (0.0, 0.25, 1.0):
            whole, ramp, pixels, top = refined(amount, dtype=dtype)
            got = whole.colours(whole.frame)
            soft = ((ramp > 0) & (ramp < 255))[..., None]
            clean = top - pixels.astype(float)
            expected = np.where(soft, np.rint(pixels + (clean - pixels) * amount), pixels)
            assert np.abs(got - expected).max() <= 1
            assert got.dtype == dtype
            np.testing.assert_array_equal(got[~soft[..., 0]], pixels[~soft[..., 0]])


def test_what_the_user_painted_solid_keeps_the_colours_of_the_photo():
    whole, ramp, pixels, top = refined(1.0)
    stroke = np.zeros((280, 300), np.uint8)
    stroke[40:120] = 255
    retouched = whole.put(whole.layers[0].changed(retouch=Paint.none(300, 280).laid(stroke, 0, 0, 255)))
    got = retouched.colours(retouched.frame)
    soft = (ramp > 0) & (ramp < 255) & (stroke == 0)
    np.testing.assert_array_equal(got[~soft], pixels[~soft])
    np.testing.assert_array_equal(got[soft], top - pixels[soft])


def test_a_window_of_the_colours_equals_the_whole():
    whole, *_ = refined(1.0)
    window = Rect(200, 190, 90, 80)
    np.testing.assert_array_equal(whole.colours(window), whole.colours(whole.frame)[window.slices()])


def test_without_decontamination_no_pixel_is_copied():
    whole, _, pixels, _ = refined(0.0)
    assert np.shares_memory(whole.colours(whole.frame), pixels)


def test_a_sentence_says_the_number_of_one_of_several_that_share_a_name():
    whole = Document(image()).add([layer(disc(), name) for name in ("person", "car", "person")])
    assert [whole.called(each) for each in whole.layers] == ["person (number 1)", "car", "person (number 3)"]
    assert whole.called(layer(disc(), "person")) == "person"
