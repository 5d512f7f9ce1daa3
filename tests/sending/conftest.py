"""One set of servers for all tests of this folder; each test finds them without faults and without memories."""

from collections.abc import Iterator

import pytest

from maskstudio.providers.remote.gate import gate
from tests.sending.scene import EVERY, World, world

pytest.importorskip("starlette", reason="the test servers need Starlette")
pytest.importorskip("moto", reason="the test servers need moto")


@pytest.fixture(scope="session")
def servers() -> Iterator[World]:
    with world() as made:
        yield made


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
