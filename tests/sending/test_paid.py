"""What is paid for and does not come home: it is said, its address is kept, and it can be fetched after a restart."""

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import PIL.Image
import pytest

from maskstudio import paths
from maskstudio.errors import BadAnswer, Cancelled, Unclear
from maskstudio.params.adobe import AdobeRefineParams
from maskstudio.params.local import MaskParams
from maskstudio.params.runware import RunwareCutoutParams, RunwareMaskParams
from maskstudio.params.server402 import Server402RefineParams
from maskstudio.providers.remote.gate import gate
from maskstudio.services.billing import Bill
from maskstudio.services.ledger import Ledger
from maskstudio.session.session import Session
from tests.budgets import HELD
from tests.patience import until
from tests.sending.scene import BRIGHT, opened, photo
from tests.sending.test_session_services import by_hand, refined, visible_alpha
from tests.servers.pictures import encode

PLAIN = MaskParams(mask_padding=0, mask_blur=0)
LOST = [
    ("runware", "detect", RunwareMaskParams(output_type="URL"), "result", "500", "USD 0.0013 was paid for it"),
    ("runware", "detect", RunwareMaskParams(), "runware.task", "not-image", "USD 0.0013 was paid for it"),
    ("runware", "cutout", RunwareCutoutParams(), "runware.task", "wrong-size", "USD 0.0006 was paid for it"),
    ("adobe", "refine", AdobeRefineParams(color_decontamination=False), "result", "500", "may be charged"),
    ("server402", "refine", Server402RefineParams(), "result", "500", "USD 0.20 was paid for it"),
]


def lost(session, service, operation, params):
    """Ask for something whose result does not come home; the error."""
    errors = []
    session.services.stranded = lambda _departure, error: errors.append(error)
    if operation == "refine":
        by_hand(session)
    session.services.send(session.services.prepare(service, operation, params, session.document.frame), PLAIN)
    (error,) = errors
    return error


@pytest.mark.parametrize(("service", "operation", "params", "stage", "kind", "says"), LOST)
def test_a_paid_result_that_cannot_be_used_says_so_and_is_fetched_later(
    place, service, operation, params, stage, kind, says
):
    place.faults.next(stage, kind, 99)
    first = opened(place)
    error = lost(first, service, operation, params)
    text = str(error)
    assert says in text
    assert "can be fetched" in text
    assert text.endswith(".")
    assert text.count(". ") == 0
    (line,) = first.services.access.ledger.owed()
    assert error.again == line.id
    place.faults.clear()
    charges = list(place.charges(service))
    again = opened(place)  # as after a restart: what is known stands in the ledger alone
    if operation == "refine":
        by_hand(again)
    if kind in ("not-image", "wrong-size"):
        for job in place.runware.jobs.values():  # the service still has what it made, spoiled or not
            job.result = {**job.result, **whole(operation)}
    again.services.owed.fetch(line.id)
    wanted = refined() if operation == "refine" else BRIGHT
    assert (visible_alpha(again) == wanted).all()
    assert again.document.layers[-1].source.provider == service
    assert place.charges(service) == charges
    assert again.services.access.ledger.owed() == []
    (line,) = again.services.access.ledger.lines()
    assert line.state == "done"


def whole(operation):
    """What the double would have answered without the fault."""
    pixels = BRIGHT if operation == "detect" else np.dstack([photo(), BRIGHT])
    stem = "maskImage" if operation == "detect" else "image"
    return {f"{stem}Base64Data": base64.b64encode(encode(pixels, "PNG", 95)).decode()}


def test_a_result_is_for_its_own_photo_alone(place):
    place.faults.next("result", "500", 99)
    error = lost(opened(place), "runware", "detect", RunwareMaskParams(output_type="URL"))
    place.faults.clear()
    other = opened(place, picture=255 - photo())
    said = []
    other.failed = said.append
    other.services.owed.fetch(error.again)
    assert "belongs to another photo" in str(said[0])
    assert other.document.layers == ()
    assert len(other.services.access.ledger.owed()) == 1


def test_an_old_result_says_that_results_do_not_last(place):
    place.faults.next("result", "500", 99)
    session = opened(place)
    error = lost(session, "server402", "refine", Server402RefineParams())
    with sqlite3.connect(ledger_file()) as base:
        base.execute("UPDATE spent SET at = at - 7200")
    base.close()
    said = []
    session.failed = said.append
    session.services.owed.fetch(error.again)
    assert "results of Server402 last 30 minutes" in str(said[0])


def ledger_file():
    return paths.home() / "ledger.sqlite"


def test_what_is_kept_holds_no_name_and_no_key(place):
    place.faults.next("result", "500", 99)
    session = opened(place)
    lost(session, "adobe", "refine", AdobeRefineParams())
    data = ledger_file().read_bytes()
    assert b"scene.png" not in data
    assert not any(secret.encode() in data for secret in place.secrets.values())


def test_a_ledger_of_an_earlier_version_is_completed(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE spent (id TEXT PRIMARY KEY, at REAL NOT NULL, service TEXT NOT NULL, operation TEXT NOT NULL,"
            " state TEXT NOT NULL, expected REAL, amount REAL, remote TEXT NOT NULL DEFAULT '')"
        )
        base.execute("INSERT INTO spent VALUES ('a', ?, 'runware', 'detect', 'done', NULL, 0.5, 'x')", (time.time(),))
    base.close()
    ledger = Ledger(path)
    (line,) = ledger.lines()
    assert (line.amount, line.model, line.lies, line.charged) == (0.5, "", {}, "yes")
    ledger.keep("a", {"link": "https://example.com/r.png"})
    assert ledger.owed()[0].lies == {"link": "https://example.com/r.png"}
    assert ledger.line("a").owed
    ledger.got("a")
    assert ledger.owed() == []


def test_far_more_than_announced_is_said_and_holds_the_queue(place):
    session, told = opened(place), []
    session.told = told.append
    ask = session.services.prepare("runware", "detect", RunwareMaskParams())
    session.services.send(ask, PLAIN)
    place.runware.prices["masking"] = 0.05
    try:
        second = session.services.prepare("runware", "detect", RunwareMaskParams())
        assert second.price == pytest.approx(0.0013)
        job = session.services.send(second, PLAIN)
    finally:
        place.runware.prices["masking"] = 0.0013
    assert job.closing == "It cost USD 0.05."
    assert "charged USD 0.05 where USD 0.0013 was announced" in told[-1]
    assert "charged USD 0.05" in gate("runware").paused
    # Agreed to once and for all does not reach beyond that: the user is asked again.
    asked = []
    session.services.consent = lambda departure, _go: asked.append(departure)
    kind = type(place.account("runware"))
    session.services.access.account = lambda name: (
        kind.from_wire(place.account(name).to_wire() | {"askFirst": False})
        if name == "runware"
        else place.account(name)
    )
    session.services.ask("runware", "detect", RunwareMaskParams())
    assert len(asked) == 1
    assert len(place.charges("runware")) == 2


def test_the_last_price_is_that_of_the_same_model(place):
    session = opened(place)
    session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams()), PLAIN)
    same = session.services.prepare("runware", "detect", RunwareMaskParams())
    assert same.price == pytest.approx(0.0013)
    assert same.price_note.startswith("As the last time")
    assert session.services.prepare("runware", "detect", RunwareMaskParams(model="runware:35@4")).price is None


def bill(state, amount=None, lies=None):
    return Bill("runware", "Runware", 0.2, state, amount, lies or {})


def test_words_about_money():
    assert str(bill("sent").told(Cancelled("Cancelled."))) == "Stopped, but it may be charged (USD 0.20)."
    assert bill("agreed").stopped == "Stopped."
    error = bill("done", 0.3, {"task": "t"}).told(BadAnswer("It is damaged, so it was not used."))
    assert str(error) == (
        "It is damaged, so it was not used, but USD 0.30 was paid for it; its result can be fetched later."
    )
    assert isinstance(error, BadAnswer)
    unclear = Unclear("It may have been done and charged.")
    assert bill("unclear").told(unclear) is unclear
    assert bill("failed").told(unclear) is unclear
    assert bill("done", 0.0).closing == "It cost nothing more."
    assert bill("done").closing == "Runware does not say what it cost."
    assert bill("done", 0.3).beyond == ""
    assert "USD 0.31" in bill("done", 0.31).beyond


def test_a_cancelled_job_says_what_may_be_charged(place):
    session = opened(place)
    session.services.access.times = HELD
    token_of = session.runner.start

    def start(label, work, done, **how):
        def cut(token):
            place.faults.next("runware.task", "slow", 99)
            report = token._report
            token._report = lambda fraction, text: (report(fraction, text), "Sending" in text and token.cancel())
            return work(token)

        return token_of(label, cut if how.get("away") and not how.get("quiet") else work, done, **how)

    session.runner.start = start
    job = session.services.send(session.services.prepare("runware", "detect", RunwareMaskParams()), PLAIN)
    assert job.state == "cancelled"
    assert job.closing == "Stopped, but it may be charged; its result can be fetched later."
    assert len(session.services.access.ledger.owed()) == 1


# The command line


def test_the_command_line_says_it_lists_it_and_fetches_it(maskstudio, picture, tmp_path, place):
    words = (
        "detect",
        picture,
        "-o",
        tmp_path / "m.png",
        "--provider",
        "runware",
        "--option",
        "outputType=URL",
        "--yes",
    )
    zero = ("--mask-padding", "0", "--mask-blur", "0")
    place.faults.next("result", "500", 99)
    status, _, err = maskstudio(*words, *zero)
    assert status == 1
    said = err.splitlines()[-1]
    assert "USD 0.0013 was paid for it" in said
    assert "maskstudio providers fetch" in said
    place.faults.clear()
    status, out, _ = maskstudio("providers", "fetch", "--json")
    (row,) = json.loads(out)["results"]
    assert said.endswith(f"fetch {row['id'][:8]}.")
    assert (row["provider"], row["charged"], row["until"]) == ("runware", "yes", None)
    assert "not fetched" in maskstudio("providers", "spent")[1]
    got = tmp_path / "got.png"
    status, out, err = maskstudio("providers", "fetch", row["id"][:8], picture, "-o", got, "--json")
    assert status == 0, err
    assert (np.asarray(PIL.Image.open(got)) == BRIGHT).all()
    assert json.loads(out)["cost"] == pytest.approx(0.0013)
    assert "has come home" in maskstudio("providers", "fetch")[1]
    assert maskstudio("providers", "fetch", "nothing")[0] == 2
    assert len(place.charges("runware")) == 1


def test_a_result_can_be_forgotten(maskstudio, picture, tmp_path, place):
    place.faults.next("result", "500", 99)
    maskstudio(
        "detect", picture, "-o", tmp_path / "m.png", "--provider", "runware", "--option", "outputType=URL", "--yes"
    )
    (line,) = Ledger().owed()
    assert maskstudio("providers", "fetch", line.id)[0] == 2  # without a photo
    assert maskstudio("providers", "fetch", line.id, "--forget")[0] == 0
    assert Ledger().owed() == []


def test_spent_marks_what_was_not_charged(maskstudio, picture, tmp_path, place):
    place.faults.next("runware.task", "402")
    maskstudio("detect", picture, "--provider", "runware", "--yes")
    out = maskstudio("providers", "spent")[1]
    assert "not charged" in out
    (line,) = json.loads(maskstudio("providers", "spent", "--json")[1])["lines"]
    assert (line["charged"], line["owed"]) == ("no", False)
    assert "lies" not in line


def test_the_price_says_that_it_is_the_last_one(maskstudio, picture):
    words = ("detect", picture, "--provider", "runware", "--yes")
    assert "an unknown price" in maskstudio(*words)[2]
    assert "USD 0.0013 as the last time with this model" in maskstudio(*words)[2]
    assert "an unknown price" in maskstudio(*words, "--model", "hand_yolov8n")[2]


def test_ctrl_c_says_what_may_be_charged(place, tmp_path):
    """In a process of its own, as a terminal does it."""
    path = tmp_path / "scene.png"
    PIL.Image.fromarray(photo()).save(path)
    home = tmp_path / "home"
    env = {
        **os.environ, "MASKSTUDIO_HOME": str(home), "RUNWARE_API_KEY": place.secrets["runware", "apiKey"],
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }  # fmt: skip
    run, address = [sys.executable, "-m", "maskstudio"], place.account("runware").to_wire()["baseUrl"]
    subprocess.run([*run, "providers", "set", "runware", f"baseUrl={address}"], env=env, check=True)
    place.faults.next("runware.task", "slow", 99)
    words = ["detect", str(path), "--provider", "runware", "--yes"]
    listens = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # not so in the background
    heard = [sys.executable, "-c", f"{listens}from maskstudio.__main__ import main; main()"]
    with subprocess.Popen([*heard, *words], env=env, stderr=subprocess.PIPE, text=True) as program:
        until(lambda: any(line.state == "sent" for line in Ledger(home / "ledger.sqlite").owed()))
        program.send_signal(signal.SIGINT)
        _, err = program.communicate()
    assert program.returncode == 130, err
    assert err.splitlines()[1:] == ["Stopped, but it may be charged; its result can be fetched later."]
    (line,) = Ledger(home / "ledger.sqlite").lines()
    assert line.state == "unclear"


@pytest.mark.parametrize("words", [("detect", "x.png"), ("cutout", "x.png", "-o", "y.png"), ("providers", "list")])
def test_ctrl_c_is_one_sentence_in_any_command(maskstudio, monkeypatch, words):
    def stop(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "__init__", stop)
    assert maskstudio(*words) == (130, "", "Stopped.\n")
