"""Photos as images, and the providers with the shared weights in reach."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from maskstudio.core.cv import cv2
from maskstudio.core.image import Image
from maskstudio.providers.local.local import Local
from maskstudio.providers.weights import store


@pytest.fixture(scope="session")
def photo(shared_data: Path) -> Callable[[str], Image]:
    def read(name: str) -> Image:
        path = shared_data / "photos" / name
        if not path.is_file():
            pytest.skip(f"{name} is not among the shared photos")
        bgr = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        return Image(np.ascontiguousarray(bgr[..., ::-1]), name=name)

    return read


@pytest.fixture(scope="session")
def kept() -> Local:
    """One provider for the whole run, so that each network is loaded once."""
    return Local()


@pytest.fixture
def local(kept: Local, shared_models: Path, monkeypatch: pytest.MonkeyPatch) -> Local:
    monkeypatch.setenv("MASKSTUDIO_MODELS", str(shared_models))
    return kept


@pytest.fixture
def folder(home: Path) -> Path:
    """Where the user's folder of models is to be."""
    return home / "models"


@pytest.fixture
def mine() -> Path:
    """The user's folder of models, made."""
    return store.folder()
