"""Names of any bytes, wherever one comes in or goes out: no signal, and a success or one sentence each.

``MASKSTUDIO_NAMES=50`` tries so many folders of files; it is one by default.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = os.environ.get("MASKSTUDIO_NAMES", "1")
ROOT = Path(__file__).resolve().parents[2]
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there are names any bytes")


@pytest.mark.parametrize("locale", [{}, ASCII], ids=["utf-8", "ascii"])
@pytest.mark.parametrize("program", ["commands", "window"])
def test_any_bytes_are_a_name(tmp_path, program, locale):
    environment = {**os.environ, **locale, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    words = [sys.executable, "-X", "faulthandler", "-m", f"tests.names.{program}", str(tmp_path), "7", ROUNDS]
    done = subprocess.run(words, capture_output=True, check=False, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert int(done.stdout) >= 15
