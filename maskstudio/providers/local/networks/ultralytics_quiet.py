"""Imports Ultralytics without its habits: no telemetry, no pip, no downloads, no printing, no changed threads.

Knows no model. Everybody gets Ultralytics through ``ready``.
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
    "YOLO_AUTOINSTALL": "false",  # else it may run pip for a package it misses
    "YOLO_OFFLINE": "true",  # else it asks DNS servers whether there is a network
    "YOLO_VERBOSE": "false",
}


@lru_cache(maxsize=1)
def ready() -> None:
    """Import Ultralytics once, with its switches set; the environment, OpenCV's threads and Pillow's ``open``,
    which it replaces by one that installs packages for files of no known kind, are as before.

    Raises ``ModelUnavailable`` where it is not installed or does not import.
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
