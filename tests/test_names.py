"""How a path becomes text and a path again; long names; and what stands where a name cannot be read."""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskstudio import paths
from maskstudio.core.atomic import replacing
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.errors import CannotWrite
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.names import fitting, path_of, shown, text_of
from maskstudio.params.local import ExportParams
from maskstudio.session.session import Session
from tests.core.documents import disc, document

names = st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name and b"/" not in name)


@given(names)
def test_any_name_comes_back(name):
    path = paths.Path(os.fsdecode(name))
    assert os.fsencode(path_of(text_of(path))) == os.fsencode(path)


@given(names)
def test_what_is_shown_is_a_line_any_program_takes(name):
    said = shown(os.fsdecode(name))
    said.encode("utf-8")
    assert not any(letter in said for letter in "\n\r\x1b\x9b\u2028\u202e")


@given(st.text())
def test_any_text_may_be_asked_for(text):
    os.fsencode(path_of(text))
    shown(text).encode("utf-8")


def test_names_as_they_are_read_elsewhere():
    assert shown("caf\udce9 größe") == "caf\ufffd größe"
    assert text_of("caf\udcc3\udca9") == "café"  # as Python holds it where the locale is plain ASCII
    assert shown("a\nb\u202egpj.exe") == "a\ufffdb\ufffdgpj.exe"
    assert str(path_of("größe 影")) == "größe 影"


def test_sentences_and_labels_can_be_shown():
    assert str(CannotWrite("caf\udce9 is full.")) == "caf\ufffd is full."
    job = Runner(immediate, Inline()).start("Open \udce9", lambda _token: None, lambda _: None, lane="x")
    assert job.label == "Open \ufffd"
    assert Image(np.zeros((1, 1, 3), np.uint8), name="\udce9.png").name == "\ufffd.png"


@pytest.mark.parametrize("letter", ["a", "ü", "影", "🦋"])
def test_a_long_name_is_cut_between_letters(letter, tmp_path):
    name = fitting(letter * 250, "-cutout.png")
    assert name.endswith(f"{letter}-cutout.png")
    assert 255 - len(letter.encode()) < len(name.encode()) <= 255
    with replacing(tmp_path / name) as file:
        file.write(b"there")
    assert (tmp_path / name).read_bytes() == b"there"


@pytest.mark.parametrize(("name", "why"), [("a\0b.png", "no file can have that name"), ("a" * 300, "name is too long")])
def test_a_name_that_cannot_be_is_one_sentence(tmp_path, name, why):
    with pytest.raises(CannotWrite, match=why), replacing(tmp_path / name):
        pass


def test_looking_for_a_file_raises_nothing(tmp_path):
    for text in ("a" * 5000, "a\0b", "~nosuchuser/x", str(tmp_path)):
        path = paths.expanded(text)
        assert not paths.is_file(path)
    assert paths.exists(tmp_path)


def test_a_cutout_of_a_photo_with_the_longest_name_is_handed_out():
    session, given_out = Session(Runner(immediate, Inline())), []
    made = document(disc())
    session.history = History(replace(made, image=replace(made.image, name=f"{'ü' * 125}.png")))
    session.clipboard.hand_out(ExportParams(), merged=True, prepare=lambda cutout: cutout, done=given_out.append)
    (cutout,) = given_out
    assert cutout.path.name.endswith("ü-cutout.png")
    assert cutout.path.read_bytes() == cutout.png
