"""The double of each service, started once for a file of tests and clean for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.budgets import impatient


@pytest.fixture(autouse=True)
def _budgets() -> Iterator[None]:
    with impatient():
        yield


@pytest.fixture(scope="module")
def runware_running() -> Iterator[Any]:
    pytest.importorskip("starlette", reason="the test servers need starlette")
    pytest.importorskip("uvicorn", reason="the test servers need uvicorn")
    from tests.providers.remote.runware_world import running

    with running() as world:
        yield world


@pytest.fixture
def runware(runware_running: Any) -> Any:
    return runware_running.clean()


@pytest.fixture(scope="module")
def server402_place() -> Iterator[Any]:
    pytest.importorskip("moto", reason="the test bucket needs moto")
    from tests.servers.hosting import bucket

    with bucket("server402-client") as made:
        yield made


@pytest.fixture(scope="module")
def server402_served() -> Iterator[Any]:
    from tests.providers.remote.refining import Swapped
    from tests.servers.running import serve

    app = Swapped()
    with serve(app) as base:
        yield base, app
