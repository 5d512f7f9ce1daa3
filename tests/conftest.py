"""What every test gets: a home of its own, no network, the shared photos where they are, and no unexpected logs."""

import logging
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from maskstudio.services.keychain import _taken, keychain, variables

SHARED = Path(__file__).resolve().parents[2] / "shared"

# Everything below the window is tested with Qt out of reach (`make test` does so, with pytest-qt switched off).
if os.environ.get("MASKSTUDIO_TEST_WITHOUT_QT"):
    sys.modules["PySide6"] = None  # type: ignore[assignment]

# A busy machine takes its time over an example, so none has a deadline.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# No test touches the keychain of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# onnxruntime sends nothing from here, even where a test imports it by itself.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Before anything imports Qt: tests have no screen of their own unless one is given.
if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photos and ground truth, or a skip that says what is missing."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"the shared photos are not there ({SHARED / 'data'})")
    return SHARED / "data"


@pytest.fixture(scope="session")
def shared_models() -> Path:
    """Real model weights, or a skip that says what is missing."""
    if not (SHARED / "models").is_dir():
        pytest.skip(f"the shared model weights are not there ({SHARED / 'models'})")
    return SHARED / "models"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh user folder for each test; weights come only from where a test says."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MASKSTUDIO_HOME", str(folder))
    monkeypatch.delenv("MASKSTUDIO_MODELS", raising=False)
    keychain.cache_clear()
    _taken.clear()
    for variable in variables():
        monkeypatch.delenv(variable, raising=False)
    return folder


@pytest.fixture(autouse=True)
def usual_depth() -> Iterator[None]:
    """Some libraries (under eth-account) raise Python's recursion limit on import, so far that the stack overflows."""
    depth = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(depth)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection that leaves this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        local = self.family == getattr(socket, "AF_UNIX", None) or (
            isinstance(address, tuple) and str(address[0]) in ("127.0.0.1", "::1", "localhost")
        )
        if not local:
            pytest.fail(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_unexpected_logs(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """A record at WARNING or above fails the test, unless it is marked ``logs`` because it provokes one."""
    yield
    if request.node.get_closest_marker("logs"):
        return
    loud = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    if loud:
        pytest.fail("unexpected log: " + "; ".join(record.getMessage() for record in loud))


@pytest.fixture
def maskstudio(monkeypatch, capsys):
    """Run the program in this process; returns status, output and errors."""
    from maskstudio.cli import app

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["maskstudio", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            app.run()
        out, err = capsys.readouterr()
        return stop.value.code or 0, out, err

    return run


@pytest.fixture
def writer():
    """What writes journals to the disk."""
    from maskstudio.journal.writer import Writer

    made = Writer()
    yield made
    made.close()


@pytest.fixture
def pointer(monkeypatch):
    """A family of models that can be seen through, as the first row of the table; nothing waits on it afterwards."""
    from maskstudio.providers.local import families
    from tests.pointer import Pointer

    family = Pointer()
    monkeypatch.setattr(families, "FAMILIES", (family, *families.FAMILIES))
    monkeypatch.setattr("maskstudio.selection.mend.mend", family.mend)
    yield family
    for gate in family.gates.values():
        gate.set()
