"""Weights converted to .onnx in a sealed process: the result finds the same, and code in the file reaches nothing."""

import sys

import numpy as np
import pytest

from maskstudio.errors import (
    Cancelled,
    ModelUnavailable,
)
from maskstudio.jobs import Token
from maskstudio.params.local import DetectParams
from maskstudio.providers.local import modelshelf
from maskstudio.providers.local.networks import convert
from maskstudio.providers.weights import trust
from tests.providers.shelf import entry
from tests.providers.test_weights import evil

HOSTILE_CODE = """
import os, socket, subprocess, sys, pathlib
def attempt(name, deed):
    try:
        deed()
    except BaseException as error:
        print(name, type(error).__name__)
    else:
        print(name, "DONE")
where = sys.argv[1]
attempt("connect", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2))
attempt("program", lambda: subprocess.run(["true"]))
attempt("system", lambda: os.system("true"))
attempt("write", lambda: open(where, "w"))
attempt("remove", lambda: os.remove(where))
attempt("rename", lambda: os.rename("inside", where))
attempt("inside", lambda: open("inside", "w").close())
print("home", os.environ.get("HOME") == os.getcwd(), "RUNWARE_API_KEY" in os.environ)
"""


@pytest.fixture
def convertible():
    if problem := convert.problem():
        pytest.skip(problem)


def test_a_converted_model_finds_the_same(convertible, local, mine, photo):
    assert modelshelf.to_onnx("yolov8n-seg", Token()) == "onnx-yolov8n-seg"
    made = entry("onnx-yolov8n-seg")
    assert (made.standing, made.path, made.own) == ("ready", mine / "onnx-yolov8n-seg.onnx", True)
    assert made.model.outlines
    assert [path.name for path in mine.iterdir()] == ["onnx-yolov8n-seg.onnx"]
    picture = photo("ultralytics_assets/bus.jpg")
    found = [
        local.detect(picture, DetectParams(model=name, confidence=0.5), Token())
        for name in ("yolov8n-seg", "onnx-yolov8n-seg")
    ]
    found = [sorted(each, key=lambda one: (one.label, one.box)) for each in found]
    assert [each.label for each in found[0]] == [each.label for each in found[1]]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one.box, other.box, atol=25)  # the letterbox differs: a square here, the photo there


@pytest.mark.skipif(sys.platform == "win32", reason="paths and limits of Unix")
def test_code_in_the_sealed_process_reaches_nothing(tmp_path, monkeypatch):
    """The seal itself, with code that tries what a hostile pickle would."""
    import socket
    import subprocess

    inner, outside = tmp_path / "inner", tmp_path / "outside"
    inner.mkdir()
    outside.write_text("keep me")
    monkeypatch.setenv("RUNWARE_API_KEY", "secret")
    script = convert.sealed_export.__file__
    code = (
        f"import runpy, sys\nsealed = runpy.run_path({script!r})\nfrom pathlib import Path\n"
        f"sealed['limit']()\nsealed['seal'](Path.cwd())\n{HOSTILE_CODE}"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code, str(outside), str(server.getsockname()[1])],
            cwd=inner, env=convert._environment(inner), capture_output=True, text=True, check=True,
        )  # fmt: skip
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said.pop("home") == "True False"
    assert said.pop("inside") == "DONE"
    assert set(said.values()) == {"PermissionError"}
    assert outside.read_text() == "keep me"


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces of Linux")
def test_the_sealed_process_has_no_network_below_python_either(tmp_path):
    import socket
    import subprocess

    code = (
        f"import runpy, os, sys, socket\nsealed = runpy.run_path({convert.sealed_export.__file__!r})\n"
        "before = os.readlink('/proc/self/ns/net')\nsealed['limit']()\n"
        "print(before != os.readlink('/proc/self/ns/net'))\n"
        "try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)\nexcept OSError: print('unreachable')\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-I", "-c", code, str(server.getsockname()[1])]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    if said[0] == "False":
        pytest.skip("this system lets nobody give up the network")
    assert said == ["True", "unreachable"]


@pytest.mark.parametrize("kind", ["junk", "evil"])
def test_what_cannot_be_converted_is_one_sentence_and_leaves_nothing(convertible, mine, tmp_path, kind):
    marker = tmp_path / "ran"
    if kind == "evil":
        evil(mine / "own.pt", marker)
    else:
        (mine / "own.pt").write_bytes(b"PK\x03\x04 junk")
    trust.trust(mine / "own.pt")  # even then its code is kept from doing anything
    with pytest.raises(ModelUnavailable, match=r"^own\.pt could not be converted: it is damaged or no YOLO model"):
        modelshelf.to_onnx("own", Token())
    assert not marker.exists()
    assert [path.name for path in mine.iterdir()] == ["own.pt"]


def test_a_result_that_does_not_load_is_not_kept(local, mine, monkeypatch):
    def wrong(weights, name, into, token):
        (into / "weights.onnx").write_bytes(b"\x08 not a model")
        return into / "weights.onnx"

    monkeypatch.setattr(modelshelf.convert, "convert", wrong)
    with pytest.raises(ModelUnavailable, match="the result does not load, so it was not kept"):
        modelshelf.to_onnx("yolov8n-seg", Token())
    assert list(mine.iterdir()) == []


def test_conversion_can_be_cancelled(convertible, local, mine):
    token = Token(lambda _fraction, text: token.cancel() if text.startswith("Converting") else None)
    with pytest.raises(Cancelled):
        modelshelf.to_onnx("yolov8n-seg", token)
    assert list(mine.iterdir()) == []


def test_without_its_packages_converting_says_so(local, monkeypatch):
    there = convert.importlib.util.find_spec
    monkeypatch.setattr(convert.importlib.util, "find_spec", lambda name: None if name == "onnx" else there(name))
    with pytest.raises(ModelUnavailable, match=r"^Converting a model needs the package onnx: pip install onnx\.$"):
        modelshelf.to_onnx("yolov8n-seg", Token())
