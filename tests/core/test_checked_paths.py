"""A path in a JSON object comes back as the same path, whatever bytes its names are made of, and however long it is."""

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskstudio.core.checked import Fields, parsed, path_text
from maskstudio.errors import BadProject

names = st.binary(min_size=1, max_size=255).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="paths of any bytes")


def kept(path):
    return parsed(json.dumps({"path": path_text(path)}).encode(), "it").path("path")


@given(st.lists(names, min_size=1, max_size=12))
def test_any_path_comes_back(parts):
    path = Path("/" + "/".join(os.fsdecode(part) for part in parts))
    assert os.fsencode(kept(path)) == os.fsencode(path)


@pytest.mark.parametrize("byte", range(0x80, 0x100))
def test_every_byte_comes_back(byte):
    path = Path(os.fsdecode(b"/caf" + bytes([byte]) + b"/" + bytes([byte]) * 255))
    assert os.fsencode(kept(path)) == os.fsencode(path)


def test_a_path_is_one_from_everywhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert kept(Path("a")) == tmp_path / "a"
    assert kept(None) is None


@pytest.mark.parametrize("value", [1, ["a"], {"a": 1}, "a\0b", True])
def test_what_is_no_path_is_refused(value):
    with pytest.raises(BadProject):
        Fields({"path": value}, "it").path("path")
