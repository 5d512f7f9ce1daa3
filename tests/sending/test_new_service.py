"""A new service is a client, an info and a test server: everything else takes it up without being edited."""

import ast
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import maskstudio as package
from maskstudio.errors import BadParameter, CapReached
from maskstudio.params.local import MaskParams
from maskstudio.providers.remote import clients
from maskstudio.providers.remote.base import Keys
from maskstudio.providers.remote.gate import gate
from maskstudio.services import accounts, directory
from maskstudio.services.billing import until
from maskstudio.services.keychain import Keychain
from tests.sending.newservice.info import LumenAccount, LumenParams
from tests.sending.newservice.join import joined
from tests.sending.newservice.server import KEY
from tests.sending.scene import BRIGHT, EVERY, luma, opened, photo

PLAIN = ("--mask-padding", "0", "--mask-blur", "0")


@pytest.fixture
def lumen(monkeypatch):
    with joined(monkeypatch) as there:
        yield there


@pytest.fixture
def program(lumen, maskstudio, monkeypatch):
    """The program with an account at Lumen; gives what it does with ``words``."""
    monkeypatch.setenv("LUMEN_API_KEY", KEY)
    assert maskstudio("providers", "set", "lumen", f"baseUrl={lumen[1]}", "monthlyCap=0.12")[0] == 0

    def run(*words):
        status, out, err = maskstudio(*words)
        assert KEY not in out + err
        return status, out, err

    return run


def detect(picture, target, *more):
    return "detect", picture, "-o", target, "--provider", "lumen", *PLAIN, *more


def read(path):
    return np.asarray(PIL.Image.open(path))


def test_it_is_listed_with_what_it_lacks(lumen, maskstudio):
    rows = json.loads(maskstudio("providers", "list", "--json")[1])["providers"]
    assert [row["name"] for row in rows] == ["local", *EVERY, "lumen"]
    assert rows[-1] == {
        "name": "lumen", "title": "Lumen", "operations": ["detect"],
        "note": "Lumen needs your API key; set it in its account.",
    }  # fmt: skip


def test_its_account_is_tested_from_the_command_line(program):
    assert program("providers", "test", "lumen") == (0, "Lumen accepts the key.\n", "")
    assert program("providers", "set", "lumen", "baseUrl=http://lumen.example")[0] == 2
    rows = json.loads(program("providers", "list", "--json")[1])["providers"]
    assert rows[-1]["note"] == ""


def test_the_command_line_sends_a_photo_there_on_the_users_word(program, lumen, picture, tmp_path):
    server, _ = lumen
    status, _, err = program(*detect(picture, tmp_path / "m.png"))
    assert (status, server.requests) == (1, [])
    assert "Detect at Lumen: 96 x 64 px of the photo, as 96 x 64 px PNG to 127.0.0.1, for USD 0.05" in err

    status, out, _ = program(*detect(picture, tmp_path / "m.png", "--yes", "--json", "--option", "above=180"))
    assert status == 0
    assert (read(tmp_path / "m.png") == np.where(luma(photo()) > 180, 255, 0)).all()
    report = json.loads(out)
    assert (report["provider"], report["parameters"], report["cost"]) == ("lumen", {"above": 180}, 0.05)
    assert [body["body"]["above"] for body in server.requests] == [180]
    assert program(*detect(picture, tmp_path / "m.png", "--yes", "--option", "below=3"))[0] == 2


def test_the_ledger_counts_it_and_its_cap_holds(program, lumen, picture, tmp_path):
    server, _ = lumen
    for _ in range(2):
        assert program(*detect(picture, tmp_path / "m.png", "--yes"))[0] == 0
    status, _, err = program(*detect(picture, tmp_path / "m.png", "--yes"))
    assert status == 1
    assert "cap" in err
    assert len(server.charges) == 2
    lines = json.loads(program("providers", "spent", "--json")[1])["lines"]
    assert [(line["service"], line["operation"], line["amount"]) for line in lines] == [("lumen", "detect", 0.05)] * 2


def test_a_result_that_was_lost_is_kept_for_as_long_as_its_info_says_and_fetched(program, lumen, picture, tmp_path):
    server, _ = lumen
    server.faults.next("lumen.find", "paid-drop")
    status, _, err = program(*detect(picture, tmp_path / "m.png", "--yes"))
    assert status == 1
    assert "; its result can be fetched for ten minutes: maskstudio providers fetch" in err
    (row,) = json.loads(program("providers", "fetch", "--json")[1])["results"]
    assert row["until"] == until("lumen", row["at"]) == row["at"] + 600
    assert program("providers", "fetch", row["id"], picture, "-o", tmp_path / "f.png")[0] == 0
    found = json.loads(program("providers", "spent", "--json")[1])["lines"][0]
    assert (found["state"], found["amount"], found["owed"], len(server.charges)) == ("done", 0.05, False, 1)


def test_a_session_asks_for_consent_and_waits_at_a_gate_of_its_own(lumen, place):
    server, base = lumen
    session, asked = opened(place), []
    ours = LumenAccount(base_url=base, monthly_cap=0.07)
    session.services.access.account = lambda name: ours if name == "lumen" else place.account(name)
    session.services.access.keys.keep("lumen", base, "apiKey", KEY)
    session.services.consent = lambda departure, go: (asked.append(departure), go(departure))
    failures = []
    session.failed = failures.append

    session.services.ask("lumen", "detect", LumenParams(), MaskParams(mask_padding=0, mask_blur=0))
    (departure,) = asked
    assert (departure.title, departure.hosts, departure.price, departure.cap) == ("Lumen", ("127.0.0.1",), 0.05, 0.07)
    assert departure.price_note == "A call costs USD 0.05."
    (layer,) = session.document.layers
    assert (layer.source.provider, layer.name) == ("lumen", "bright")
    assert (layer.alpha.array() == BRIGHT).all()

    session.services.ask("lumen", "detect", LumenParams())
    assert isinstance(failures[-1], CapReached)
    assert len(server.charges) == 1
    with pytest.raises(BadParameter, match="Lumen does not do this"):
        session.services.prepare("lumen", "refine", LumenParams())
    assert gate("lumen")._free == 2


def test_its_key_belongs_to_its_own_servers(lumen, monkeypatch):
    monkeypatch.setenv("LUMEN_API_KEY", KEY)
    keys = Keychain(lambda: None)
    official, other = accounts.address(LumenAccount()), "https://elsewhere.example"
    assert keys.look_up("lumen", official, "apiKey") == KEY
    assert keys.look_up("lumen", other, "apiKey") == ""


def test_without_its_line_in_the_directory_it_is_no_service():
    with pytest.raises(BadParameter, match="There is no service called 'lumen'; known are runware, adobe"):
        clients.make("lumen", lambda _name: LumenAccount(), lambda _name: Keys())


@pytest.mark.parametrize("name", directory.SERVICES)
def test_every_client_is_found_by_the_name_of_its_info(place, name):
    info = directory.service(name)
    made = clients.make(name, place.account, lambda _name: Keys())
    assert (made.name, made.title, dict(made.operations)) == (name, info.title, dict(info.operations))
    plans = [made.plan(operation, params(), (96, 64)) for operation, params in info.operations.items()]
    assert {plan.price for plan in plans} == {info.price}
    assert {plan.price_note for plan in plans} == {info.price_note}
    assert all(len(plan.hosts) == (2 if info.takes_links else 1) for plan in plans)


HOME = Path(package.__file__).parent


def names(tree: ast.AST, name: str) -> bool:
    """Whether code names a service: as a text of its own, or by importing a module of its."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == name:
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].split("_")[0] == name:
            return True
        if isinstance(node, ast.ImportFrom) and any(each.name.split("_")[0] == name for each in node.names):
            return True
    return False


@pytest.mark.parametrize("name", directory.SERVICES)
def test_a_service_is_named_in_its_own_files_and_in_the_directory_alone(name):
    others = (file for file in sorted(HOME.rglob("*.py")) if file.stem.split("_")[0] != name)
    naming = [file for file in others if names(ast.parse(file.read_text("utf-8")), name)]
    assert [file.relative_to(HOME).as_posix() for file in naming] == ["services/directory.py"]
