"""Imports onnxruntime without its telemetry. Knows no network.

From version 1.31 on, importing it on Linux writes a number for the machine and a database of events below the user's
home, which it sends to its maker. Only a variable that is set before the import keeps it from that. All code gets
onnxruntime through ``library``.
"""

import importlib
import os
from typing import Any

from maskstudio.errors import ModelUnavailable

SWITCH = "ORT_DISABLE_TELEMETRY"
MISSING = "Running .onnx models needs onnxruntime: pip install 'maskstudio[onnx]'."


def library() -> Any:
    """The module onnxruntime. Raises ``ModelUnavailable`` if it is not installed or cannot be imported."""
    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = "1"
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise ModelUnavailable(MISSING) from error
    finally:
        if before is None:
            del os.environ[SWITCH]
        else:
            os.environ[SWITCH] = before
