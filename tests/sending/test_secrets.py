"""No planted key is found in any file, log, exception, project or process listing, whatever was done with it.

The keys are made up anew for every run (``scene.world``), so what is found can only come from here.
"""

import logging
import os
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import PIL.Image
import psutil
import pytest

from maskstudio.errors import MaskStudioError
from maskstudio.services import directory
from tests.sending.scene import EVERY, opened, photo
from tests.sending.test_faults import ASKED
from tests.sending.test_session_services import by_hand

STAGE = {
    "runware": "runware.task",
    "adobe": "adobe.submit",
    "server402": "server402.tool",
    "alibaba": "alibaba.refine",
}
TROUBLE = ("500", "malformed", "html502", "drop", "429", "402", "redirect", "wrong-type")
MAIN = (sys.executable, "-m", "maskstudio")


def _found(place, data: bytes) -> list[str]:
    return [name for (name, _), secret in place.secrets.items() if secret.encode() in data]


def _search(place, folder: Path) -> list[tuple[Path, list[str]]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path, _found(place, path.read_bytes())) for path in files if _found(place, path.read_bytes())]


@pytest.mark.logs
def test_no_key_shows_in_files_logs_or_errors(place, home, tmp_path, caplog):
    for name in logging.root.manager.loggerDict:
        if name.split(".")[0] == "maskstudio":
            logging.getLogger(name).setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    session = opened(place)
    session.told = told.append

    def failed(error: MaskStudioError) -> None:
        told.append("".join(traceback.format_exception(error)) + repr(vars(error)))

    session.failed = failed
    by_hand(session)
    for service in EVERY:
        operation, params = ASKED[service]
        session.services.ask(service, operation, params)
        for kind in TROUBLE:
            place.faults.next(STAGE[service], kind)
            session.layers.activate(1)
            session.services.ask(service, operation, params)
        place.faults.clear()
        told.append(
            repr(session.services.access.service(service)) + repr(vars(session.services.access.service(service)))
        )
    session.projects.save_as(tmp_path / "work.ora")
    assert (tmp_path / "work.ora").stat().st_size > 0
    assert (home / "ledger.sqlite").exists()
    assert _search(place, home) == []
    assert _search(place, tmp_path) == []
    assert _found(place, "\n".join(told).encode()) == []
    ours = [record for record in caplog.records if not record.name.startswith(("moto", "werkzeug", "uvicorn"))]
    words = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in ours)
    assert _found(place, words.encode()) == []
    assert "X-Amz-Signature=" not in words


def test_no_key_shows_in_the_process_listing_or_in_what_the_program_says(place, tmp_path, home):
    picture = tmp_path / "scene.png"
    PIL.Image.fromarray(photo()).save(picture)
    env = dict(os.environ)
    for (service, field), secret in place.secrets.items():
        env[next(each.variable for each in directory.account(service).secrets if each.name == field)] = secret
    values = [f"{wire}={value}" for wire, value in place.account("runware").to_wire().items()]
    subprocess.run([*MAIN, "providers", "set", "runware", *values], env=env, check=True, capture_output=True)
    listed: list[str] = []
    over = threading.Event()

    def list_processes() -> None:
        while not over.is_set():
            listed.extend(" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"]))
            time.sleep(0.02)

    watcher = threading.Thread(target=list_processes)
    watcher.start()
    try:
        words = ("detect", picture, "-o", tmp_path / "m.png", "--provider", "runware", "--yes")
        run = subprocess.run([*MAIN, *map(str, words)], env=env, capture_output=True, check=False)
        login = subprocess.run(
            [*MAIN, "providers", "login", "runware"],
            env=env,
            input=place.secrets["runware", "apiKey"].encode(),
            capture_output=True,
            check=False,
        )
    finally:
        over.set()
        watcher.join()
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "m.png").exists()
    assert login.returncode == 1  # there is no keychain
    assert any("maskstudio" in line and "detect" in line for line in listed)
    assert _found(place, "\n".join(listed).encode("utf-8", "surrogateescape")) == []
    assert _found(place, run.stdout + run.stderr + login.stdout + login.stderr) == []
    assert _search(place, tmp_path) == []
    assert _search(place, home) == []
