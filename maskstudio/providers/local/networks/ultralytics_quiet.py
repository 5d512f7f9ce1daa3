"""Imports Ultralytics without side effects: no telemetry, no pip, no downloads, no printing, no changed threads.

Knows no model. All code gets Ultralytics through ``ready``.
"""

import contextlib
import logging
import os
from functools import lru_cache

import PIL.Image

from maskstudio import paths
from maskstudio.core.cv import cv2
from maskstudio.errors import ModelUnavailable

_SWITCHES = {
    "YOLO_AUTOINSTALL": "false",  # otherwise it may run pip for a missing package
    "YOLO_OFFLINE": "true",  # otherwise it asks DNS servers whether there is a network
    "YOLO_VERBOSE": "false",
}


@lru_cache(maxsize=1)
def ready() -> None:
    """Import Ultralytics once, with its switches set, and undo the side effects of the import.

    The environment, OpenCV's threads and Pillow's ``open``, which Ultralytics replaces by one that installs packages
    for unknown formats, are restored.

    Raises ``ModelUnavailable`` if it is not installed or cannot be imported.
    """
    folder = paths.cache() / "ultralytics"
    with contextlib.suppress(OSError):  # it falls back to a folder for temporary files
        folder.mkdir(parents=True, exist_ok=True)
    before, threads, opener = dict(os.environ), cv2.getNumThreads(), PIL.Image.open
    os.environ.update(_SWITCHES, YOLO_CONFIG_DIR=str(folder))
    try:
        _load()
    except ImportError as error:
        raise ModelUnavailable("Running YOLO models needs Ultralytics: pip install ultralytics.") from error
    finally:
        PIL.Image.open = opener
        cv2.setNumThreads(threads)
        _restore(before)


def _load() -> None:
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it warns that a first import takes long
    from ultralytics.utils import LOGGER, SETTINGS

    LOGGER.handlers.clear()
    LOGGER.setLevel(logging.CRITICAL + 1)
    LOGGER.propagate = False
    if SETTINGS.get("sync"):
        SETTINGS.update({"sync": False})


def _restore(before: dict[str, str]) -> None:
    """Undo what the import did to the environment; children of this process must not inherit it."""
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    for name, value in before.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
