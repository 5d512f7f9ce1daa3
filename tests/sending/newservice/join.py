"""Make the new service one of ours for the length of a test, as its line in the directory and its file would."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maskstudio.providers import remote
from maskstudio.services import directory
from tests.sending.newservice.info import LUMEN
from tests.sending.newservice.server import LumenServer
from tests.servers.__main__ import composed
from tests.servers.faults import Faults
from tests.servers.running import serve

REMOTE = str(Path(__file__).parent / "remote")


@contextmanager
def joined(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[LumenServer, str]]:
    """The server, and the address of its API."""
    monkeypatch.setitem(directory.SERVICES, LUMEN.name, LUMEN)
    monkeypatch.setattr(remote, "__path__", [*remote.__path__, REMOTE])
    server = LumenServer(faults=Faults(retry_after=0))
    try:
        with serve(composed({"/lumen": server})) as base:
            yield server, f"{base}/lumen/v1"
    finally:
        sys.modules.pop("maskstudio.providers.remote.lumen", None)
