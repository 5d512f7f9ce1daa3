"""Boxes and numbers on detections: where they are, that they show, that a click chooses."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from maskstudio.core.document import Detection, Document, Layer
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.canvas.canvas import Canvas
from tests.ui.canvases import wear

OWN = (0, 158, 115)  # of the third layer


def detected(label, box, score=0.88):
    mask = Mask(400, 300)
    return Layer(0, label, mask, mask, source=Detection(label, score, box, mask))


@pytest.fixture
def canvas(qtbot):
    mask = Mask(400, 300)
    layers = [
        detected("person", (20, 40, 380, 290)),
        Layer(0, "by hand", mask, mask),
        detected("face", (150, 80, 230, 180), None),
    ]
    widget = Canvas()
    widget.resize(500, 400)
    qtbot.addWidget(widget)
    wear(widget, mode="image")
    widget.contents.set_document(replace(Document(Image(np.full((300, 400, 3), 90, np.uint8))).add(layers), active=3))
    widget.show()
    widget.view.actual_pixels()
    qtbot.waitUntil(lambda: widget.complete)
    return widget


def mark(canvas, layer_id):
    return next(mark for mark in canvas.tags.laid if mark.layer_id == layer_id)


def test_tags_carry_number_label_and_score_of_the_active_layer(canvas):
    assert [m.text for m in canvas.tags.laid] == ["1", "3  face"]
    canvas.contents.set_document(replace(canvas.contents.document, active=1))
    assert [m.text for m in canvas.tags.laid] == ["3", "1  person  88 %"]


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_active_box_lies_around_its_pixels(canvas, pixels, scale):
    canvas.view.look_at(scale, QPointF(190, 130))
    seen = pixels(canvas.grab().toImage())
    accent = (np.abs(seen - np.array(OWN)) <= 2).all(axis=2)
    left, top = canvas.view.from_image(QPointF(150, 80)).toPoint().toTuple()
    right, bottom = canvas.view.from_image(QPointF(230, 180)).toPoint().toTuple()
    middle = (top + bottom) // 2
    found = np.flatnonzero(accent[middle])
    assert (found[0], found[-1]) == (left - 2, right + 1)
    assert not accent[top + 4 : bottom - 4, left + 4 : right - 4].any()
    person = canvas.view.from_image(QPointF(20, 200)).toPoint()
    if scale == 1.0:
        assert not accent[person.y(), person.x() - 3 : person.x() + 3].any()  # others show their number only


def test_a_click_on_a_tag_or_in_a_box_chooses_the_layer(qtbot, canvas):
    clicked = []
    canvas.tags.clicked.connect(clicked.append)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=mark(canvas, 1).tag.center())
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=mark(canvas, 3).box.center())  # the smaller of two
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert clicked == [1, 3]


def test_a_drag_is_no_click(qtbot, canvas):
    clicked = []
    canvas.tags.clicked.connect(clicked.append)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(250, 200))
    qtbot.mouseMove(canvas, QPoint(290, 230))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(290, 230))
    assert not clicked


def test_pointing_at_a_number_tells_more(qtbot, canvas):
    qtbot.mouseMove(canvas, mark(canvas, 1).tag.center())
    assert mark(canvas, 1).text == "1  person  88 %"
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(canvas, QPoint(300, 300))
    assert mark(canvas, 1).text == "1"


def test_tags_stay_in_sight_with_their_box(canvas):
    canvas.view.look_at(4.0, QPointF(200, 150))
    for shown in canvas.tags.laid:
        assert canvas.rect().contains(shown.tag)


def test_marks_can_be_hidden_and_hide_with_the_mask(qtbot, canvas, pixels):
    canvas.set_show_extras(False)
    assert (pixels(canvas.grab().toImage())[60:340, 60:440] == 90).all()
    canvas.set_show_extras(True)
    canvas.compared.hold_original(True)
    assert (pixels(canvas.grab().toImage())[60:340, 60:440] == 90).all()
    canvas.compared.hold_original(False)
    assert not (pixels(canvas.grab().toImage())[60:340, 60:440] == 90).all()


def test_marks_turn_with_the_view(qtbot, canvas, pixels):
    canvas.view.rotate_to(90)
    box = mark(canvas, 3).box
    assert (box.width(), box.height()) == (100, 80)
    corner = canvas.view.from_image(QPointF(150, 180))  # the lower left corner comes to the upper left
    assert (box.topLeft() - corner.toPoint()).manhattanLength() <= 1
    canvas.view.rotate_to(30)
    shown = mark(canvas, 3)
    wanted = [canvas.view.from_image(QPointF(x, y)) for x, y in ((150, 80), (230, 80), (230, 180), (150, 180))]
    for at, point in zip(shown.askew, wanted, strict=True):
        assert abs(at[0] - point.x()) <= 1
        assert abs(at[1] - point.y()) <= 1
    clicked = []
    canvas.tags.clicked.connect(clicked.append)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.view.from_image(QPointF(190, 130)).toPoint())
    assert clicked == [3]
    line = (np.abs(pixels(canvas.grab().toImage()) - np.array(OWN)) <= 40).all(axis=2)
    assert 300 < line.sum() < 4000


def test_each_mark_has_the_colour_of_its_layer(canvas):
    colours = {layer.id: layer.colour for layer in canvas.contents.document.layers}
    assert {m.layer_id: m.colour for m in canvas.tags.laid} == {1: colours[1], 3: colours[3]}
    assert colours[1] != colours[3]


def test_what_is_pointed_out_from_elsewhere_is_marked_and_unmarked(canvas, pixels):
    before = pixels(canvas.grab().toImage())
    canvas.tags.point_out(1)
    assert mark(canvas, 1).text == "1  person  88 %"
    canvas.tags.point_out(None)
    assert (pixels(canvas.grab().toImage()) == before).all()
    apart = detected("cup", (40, 60, 100, 140)).source
    canvas.tags.point_out(None, apart)
    seen = pixels(canvas.grab().toImage())
    left, top = canvas.view.from_image(QPointF(40, 60)).toPoint().toTuple()
    right, bottom = canvas.view.from_image(QPointF(100, 140)).toPoint().toTuple()
    changed = np.argwhere((seen != before).any(axis=2))
    middle = changed[changed[:, 0] == (top + bottom) // 2][:, 1]
    assert {*middle} == {left - 2, left - 1, right, right + 1}
    assert [m.layer_id for m in canvas.tags.laid] == [1, 3]  # a click there chooses nothing new
    canvas.tags.point_out(None)
    assert (pixels(canvas.grab().toImage()) == before).all()


def test_a_find_of_another_photo_is_not_marked(canvas, pixels):
    before = pixels(canvas.grab().toImage())
    mask = Mask(30, 20)
    canvas.tags.point_out(None, Detection("cup", 0.5, (0, 0, 9, 9), mask))
    assert (pixels(canvas.grab().toImage()) == before).all()
