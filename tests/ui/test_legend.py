"""The colours over the photo are explained while there are several, and there are few at a time."""

import pytest
from PySide6.QtCore import Qt

from maskstudio.paths import SAMPLE, resource
from maskstudio.ui.canvas.style import BAND, Style
from maskstudio.ui.views.legend import entries


@pytest.mark.parametrize(
    ("style", "trimap", "masked", "expected"),
    [
        (Style(), False, True, []),
        (Style(), True, True, ["left out", "edge to be solved"]),
        (Style(side="inside"), True, True, ["selected", "edge to be solved"]),
        (Style(), True, False, ["edge to be solved"]),
        (Style(opacity=0.0), True, True, ["edge to be solved"]),
        (Style(mode="black"), True, True, ["edge to be solved"]),
        (Style(mode="mask"), True, True, []),
    ],
)
def test_what_is_explained(style, trimap, masked, expected):
    assert [words for _, words in entries(style, trimap=trimap, masked=masked)] == expected


def test_boxes_make_way_for_a_trimap_and_its_legend(window, qtbot, pixels):
    window.open(resource(SAMPLE))
    qtbot.waitUntil(lambda: window.session.document is not None)
    window.actions_by_id["select.subject"].trigger()
    qtbot.waitUntil(lambda: bool(window.session.document.layers) and not window.session.runner.jobs)
    canvas, legend = window.canvas, window.viewing.legend
    assert canvas.tags.laid
    assert legend.isHidden()
    window.actions_by_id["view.trimap"].trigger()
    qtbot.waitUntil(lambda: canvas.contents.trimap is not None and legend.isVisible())
    assert not canvas.tags.laid
    assert canvas.rect().contains(legend.geometry())
    assert legend.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    seen = pixels(legend.grab().toImage())
    for colour in (BAND, Style().colour):
        assert (abs(seen - list(colour)).max(axis=2) <= 2).sum() > 80
    window.actions_by_id["view.trimap"].trigger()
    qtbot.waitUntil(lambda: canvas.contents.trimap is None)
    assert legend.isHidden()
    assert canvas.tags.laid
