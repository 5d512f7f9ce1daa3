"""What is started beside the editor and the command line: no compiler, and nobody who is given a key."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from maskstudio.services import keychain
from maskstudio.services.keychain import FIELDS, Keychain

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "samples" / "grace_hopper.jpg"
VARIABLES = [field.variable for fields in FIELDS.values() for field in fields]

WATCHED = """
import json, os, sys
VARIABLES = {variables}
children = []
def watch(event, arguments):
    if event == "subprocess.Popen":
        program, words, _, environment = arguments
    elif event in ("os.posix_spawn", "os.exec"):
        program, words, environment = arguments
    elif event == "os.system":
        program, words, environment = arguments[0], [], None
    else:
        return
    environment = os.environ if environment is None else environment
    names = [os.fsdecode(name) for name in environment]
    given = [name for name in VARIABLES if name in names]
    children.append([os.fsdecode(program or words[0]), given])
sys.addaudithook(watch)
def command(*words):
    from maskstudio.cli.app import run
    sys.argv = ["maskstudio", *words]
    try:
        run()
    except SystemExit as stop:
        assert not stop.code, stop.code
{work}
print(json.dumps(children))
"""

CUTTING = """
command("detect", {sample!r})
command("detect", {sample!r}, "--model", "yolov8n-seg")
from maskstudio.cli import doctor
doctor._window()
"""

WINDOW = """
from pathlib import Path
from PySide6.QtWidgets import QApplication
from maskstudio.ui.app import create_window
from tests.patience import until
app = QApplication([])
window = create_window([])
window.show()
window.open(Path({sample!r}))
until(lambda: window.session.document, step=app.processEvents)
window.actions_by_id["select.subject"].trigger()
until(lambda: window.session.document.layers and not window.session.runner.jobs, step=app.processEvents)
window._closing = True
window.close()
"""


def children(work, home, **more):
    """Programs that were started during ``work``, and which keys each was given."""
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        **dict.fromkeys(VARIABLES, "a secret"),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join(map(str, [SAMPLE.parents[2], *sys.path])),
        **more,
    }
    code = WATCHED.format(variables=VARIABLES, work=work.format(sample=str(SAMPLE)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "a secret" not in done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("work", [CUTTING, WINDOW], ids=["commands", "window"])
def test_nobody_is_given_a_key(work, home, shared_models):
    first = {"MPLCONFIGDIR": str(home / "matplotlib")} if work is CUTTING else {}  # its first import asks for fonts
    started = children(work, home, MASKSTUDIO_MODELS=str(shared_models), **first)
    assert [given for _, given in started if given] == []
    assert not {Path(program).name for program, _ in started} & {"gcc", "cc", "ld", "ldconfig", "pip", "git"}
    if work is CUTTING:
        assert sys.executable in [program for program, _ in started]  # so there was something to see


def test_a_key_taken_out_of_the_environment_is_still_known(monkeypatch):
    monkeypatch.setenv("RUNWARE_API_KEY", "r-key")
    keychain.take_in()
    assert "RUNWARE_API_KEY" not in os.environ
    assert Keychain(lambda: None).look_up("runware", "https://api.runware.ai/v1", "apiKey") == "r-key"
    assert Keychain(lambda: None).look_up("runware", "https://elsewhere.example", "apiKey") == ""
    monkeypatch.setenv("RUNWARE_API_KEY", "a newer one")
    assert keychain.from_environment("RUNWARE_API_KEY") == "a newer one"
