"""How long a test waits for what must come: minutes, as the machine may be busy with anything. One budget for all.

The window's tests get it through ``qtbot`` (see ``tests/ui/conftest.py``): ``qtbot.waitUntil(holds)``, without a time.
Everything below the window uses ``until``. No test asserts how long something took.
"""

import os
import time
from collections.abc import Callable

PATIENCE = float(os.environ.get("MASKSTUDIO_PATIENCE", "300"))  # s; fewer while one writes a test that still fails
_LOOK = 0.01  # s between looks


def until(holds: Callable[[], object], missing: str = "", *, step: Callable[[], object] | None = None) -> None:
    """Wait for ``holds``; ``step``, called between looks, does what the wait depends on (and may wait itself)."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, missing or "it did not come"
        if step is None:
            time.sleep(_LOOK)
        else:
            step()
