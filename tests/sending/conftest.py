"""One set of servers for all tests of this folder; each test finds them without faults and without memories."""

import io
import sys
from collections.abc import Iterator

import PIL.ExifTags
import PIL.Image
import pytest

from maskstudio.cli import app
from maskstudio.providers.remote.gate import gate
from maskstudio.services import directory
from maskstudio.session import access
from tests.budgets import PATIENT, impatient
from tests.sending.scene import BRIGHT, EVERY, World, photo, world

pytest.importorskip("starlette", reason="the test servers need Starlette")
pytest.importorskip("moto", reason="the test servers need moto")


@pytest.fixture(scope="session")
def servers() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture(autouse=True)
def _budgets() -> Iterator[None]:
    with impatient():
        yield


@pytest.fixture
def place(servers: World) -> Iterator[World]:
    servers.faults.clear()
    for name in EVERY:
        getattr(servers, name).charges.clear()
        gate(name).resume()
    yield servers
    servers.faults.clear()
    for name in EVERY:
        gate(name).resume()


@pytest.fixture
def maskstudio(monkeypatch, capsys, place):
    """Run the program in this process, set up for the servers; returns status, output and errors."""
    for (service, field), secret in place.secrets.items():
        variable = next(each.variable for each in directory.account(service).secrets if each.name == field)
        monkeypatch.setenv(variable, secret)

    monkeypatch.setattr(access, "Times", lambda: PATIENT)

    def run(*words, typed=""):
        monkeypatch.setattr(sys, "argv", ["maskstudio", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as stop:
            app.run()
        out, err = capsys.readouterr()
        for secret in place.secrets.values():
            assert secret not in out + err
        return stop.value.code or 0, out, err

    for name in (*EVERY, "hosting"):
        values = [f"{wire}={value}" for wire, value in place.account(name).to_wire().items() if value != ""]
        assert run("providers", "set", name, *values)[0] == 0
    return run


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "scene.png"
    exif = PIL.Image.Exif()
    exif[PIL.ExifTags.Base.Make] = "a maker"  # so that the choice of metadata means something
    PIL.Image.fromarray(photo()).save(path, exif=exif)
    return path


@pytest.fixture
def mask(tmp_path):
    path = tmp_path / "mask.png"
    PIL.Image.fromarray(BRIGHT).save(path)
    return path
