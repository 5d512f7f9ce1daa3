"""Gestures of the Select tool as a prompt."""

from maskstudio.core.mask import Mask
from maskstudio.selection.prompt import Prompt, Scribble
from maskstudio.session.pointedat import Gesture, joined, prompt_of, without

SIZE = (300, 280)
HERE, THERE = (100.0, 90.0), (200.0, 150.0)


def test_gestures_make_a_prompt():
    gestures = (
        Gesture("include", (HERE,)),
        Gesture("box", ((90.0, 20.0), (10.0, 80.0))),
        Gesture("exclude", (THERE,)),
        Gesture("scribble", (HERE, THERE), 3.0),
        Gesture("erasure", (THERE, HERE), 2.0),
    )
    earlier = Mask(*SIZE)
    assert prompt_of(gestures, earlier) == Prompt(
        include=(HERE,),
        exclude=(THERE,),
        box=(10.0, 20.0, 90.0, 80.0),
        scribbles=(Scribble((HERE, THERE), 3.0),),
        erasures=(Scribble((THERE, HERE), 2.0),),
        earlier=earlier,
    )
    assert [each.negative for each in gestures] == [False, False, True, False, True]


def test_there_is_one_frame_and_a_gesture_is_removed_by_identity():
    click, box = Gesture("include", (HERE,)), Gesture("box", (HERE, THERE))
    lasso, twin = Gesture("outline", (HERE, THERE, (10.0, 10.0))), Gesture("include", (HERE,))
    assert joined((click, box), lasso) == (click, lasso)
    assert joined((lasso,), box) == (box,)
    assert without((click, box, twin), twin)[0] is click
    assert len(without((click, box, twin), twin)) == 2
    assert box.corner == (100.0, 90.0)
    assert Gesture("box", (THERE, HERE)).corner == HERE
