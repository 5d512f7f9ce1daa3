"""Keys in a file: what is written comes back, and what a stranger wrote is taken whole or not at all."""

import json

import pytest

from maskstudio.errors import BadParameter, CannotRead, CannotWrite
from maskstudio.ui.keys import keyfile
from maskstudio.ui.keys.keymap import Keymap

GOOD = {"keys": 1, "set": "gimp", "changed": {"layer.solo": ["F8"], "refine.ants": ["M"], "tool.move": ["M"]}}


def written(path, values):
    path.write_bytes(values if isinstance(values, bytes) else json.dumps(values).encode())
    return path


def test_keys_come_back_as_they_were(tmp_path):
    keymap = Keymap("krita").with_key("tool.brush", "Y").with_key("refine.ants", "Y").without_key("edit.undo", "Ctrl+Z")
    keyfile.write(tmp_path / "keys.json", keymap)
    back, unknown = keyfile.read(tmp_path / "keys.json", Keymap("gimp", {"layer.solo": ("F9",)}, full_screen_f=True))
    assert (back, unknown) == (Keymap("krita", keymap.own, full_screen_f=True), 0)
    assert back.keys("edit.undo") == ()
    assert back.action("Y") == "tool.brush"
    assert back.action("Y", "refine") == "view.ants"


def test_one_key_may_mean_something_else_in_a_workspace_and_unknown_actions_are_left_out(tmp_path):
    values = {**GOOD, "changed": {**GOOD["changed"], "of.another.version": ["F9"]}}
    back, unknown = keyfile.read(written(tmp_path / "keys.json", values), Keymap())
    assert unknown == 1
    assert (back.preset, back.keys("layer.solo"), back.owner("F9")) == ("gimp", ("F8",), "")


@pytest.mark.parametrize(
    "values",
    [
        b"", b"\xff\xfe", b"[1]", b"{", b"[" * 100_000, b'{"keys": NaN}', b" " * ((1 << 20) + 1),
        {**GOOD, "keys": 2}, {**GOOD, "keys": True}, {**GOOD, "set": "emacs"}, {**GOOD, "set": ["gimp"]},
        {**GOOD, "changed": None}, {**GOOD, "changed": ["F8"]},
        *({**GOOD, "changed": {"layer.solo": keys}} for keys in (
            "F8", {"F8": 1}, [1], [None], [["F8"]], [""], ["nonsense"], ["Shift+"], ["Ctrl+Shift"], ["A, B"], ["Esc"],
            ["space"], ["\ud800"], ["A\0"], ["F8"] * 9, ["Ctrl+" * 20 + "A"], ["F8", "f8"],
        )),
        {**GOOD, "changed": {"layer.solo": ["F8"], "tool.brush": ["F8"]}},
        {**GOOD, "changed": {"refine.ants": ["F8"], "refine.onion": ["F8"]}},
    ],
)  # fmt: skip
def test_what_is_no_file_of_keys_changes_nothing(tmp_path, values):
    with pytest.raises(BadParameter, match=r"^keys\.json holds no keys of maskstudio\.$"):
        keyfile.read(written(tmp_path / "keys.json", values), Keymap())


def test_files_that_cannot_be_read_or_written_say_so(tmp_path):
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(CannotRead):
            keyfile.read(path, Keymap())
    with pytest.raises(CannotWrite):
        keyfile.write(tmp_path / "missing" / "keys.json", Keymap())
