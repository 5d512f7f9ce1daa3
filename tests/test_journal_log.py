"""The log by itself, without threads: any history there and back, and any bytes without a crash."""

import io
import tempfile
from contextlib import suppress
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given, settings

from maskstudio.core.history import Step
from maskstudio.errors import BadProject
from maskstudio.journal.log import JournalState, Log
from maskstudio.journal.replay import Replay, Tale
from tests.core.documents import disc, document
from tests.core.records import assert_same, documents, texts

HEADER = {"format": 1, "name": "x", "path": None, "width": 300, "height": 280, "depth": 8}


def logged(*states):
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder) / "log.1", HEADER)
        for state in states:
            log.take(state)
        log.close()
        return log.path.read_bytes()


def told(data, image):
    tale = Tale.read(io.BytesIO(data))
    replay = Replay(tale, image)
    return tale, replay, replay.history()


@settings(max_examples=20)
@given(st.data())
def test_any_run_of_histories_comes_back_as_the_last(data):
    drawn = st.lists(documents(most=2).filter(lambda each: each.image.depth == 8), min_size=1, max_size=3)
    pool = data.draw(drawn)
    pool = [each.changed(image=pool[0].image) for each in pool]
    steps = st.builds(Step, texts, st.sampled_from(pool), texts)
    known = data.draw(st.lists(steps, min_size=1, max_size=5))
    states = []
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(known)))
        end = data.draw(st.integers(start, len(known)))
        known = [*known[:start], *data.draw(st.lists(steps, max_size=2)), *known[end:]] or known[:1]
        states.append(JournalState(known, data.draw(st.integers(0, len(known) - 1))))
    tale, replay, history = told(logged(*states), pool[0].image)
    assert not tale.damaged
    assert replay.lost == 0
    assert history.position == states[-1].at
    assert len(history.steps) == len(known)
    for mine, theirs in zip(known, history.steps, strict=True):
        assert mine.label.replace("\0", "\ufffd") == theirs.label
        assert_same(mine.document, theirs.document)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6), st.floats(0, 1), st.binary(max_size=40))
def test_any_bytes_give_a_history_or_a_sentence(spots, end, tail):
    made = document(disc())
    data = bytearray(WHOLE)
    for place, value in spots:
        data[int(place * (len(data) - 1))] = value
    with suppress(BadProject):
        told(bytes(data[: int(end * len(data))]) + tail, made.image)


def _whole():
    made = document(disc())
    shifted = made.put(made.layers[0].changed(visible=False))
    first = [Step("Open", made)]
    return logged(JournalState(first, 0), JournalState([*first, Step("Hide", shifted)], 1))


WHOLE = _whole()
