"""Keys of services: where they are kept, to which address they belong, and that they show nowhere."""

import os
import subprocess
import sys

import keyring.backend
import keyring.errors
import pytest

from maskstudio.errors import BadInput, Failed
from maskstudio.services.keychain import Keychain, keychain

HOME, OTHER = "https://api.runware.ai/v1", "https://api.example.com/v1"


class Ring(keyring.backend.KeyringBackend):
    """A keychain in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, *, locked=False):
        self.held, self.locked = {}, locked

    def get_password(self, service, username):
        if self.locked:
            raise keyring.errors.KeyringLocked("no")
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        if self.locked:
            raise keyring.errors.PasswordSetError("no")
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]


def test_a_key_is_kept_in_the_keychain_for_its_address_alone():
    ring = Ring()
    keys = Keychain(lambda: ring)
    assert keys.keep("runware", HOME, "apiKey", " secret-key \n") == "keychain"
    assert list(ring.held.values()) == ["secret-key"]
    assert keys.look_up("runware", HOME, "apiKey") == "secret-key"
    assert keys.look_up("runware", "https://API.runware.ai/v2", "apiKey") == "secret-key"
    assert keys.look_up("runware", OTHER, "apiKey") == ""
    assert keys.look_up("runware", "http://api.runware.ai/v1", "apiKey") == ""
    keys.forget("runware", HOME)
    assert ring.held == {}
    assert keys.look_up("runware", HOME, "apiKey") == ""


def test_what_is_known_is_told_without_asking():
    ring = Ring()
    keys = Keychain(lambda: ring)
    assert keys.known("runware", HOME, "apiKey") is None
    assert keys.look_up("runware", HOME, "apiKey") == ""
    assert keys.known("runware", HOME, "apiKey") == ""
    keys.keep("runware", HOME, "apiKey", "secret-key")
    assert keys.look_up("runware", HOME, "apiKey") == keys.known("runware", HOME, "apiKey") == "secret-key"


def test_a_key_for_two_servers_belongs_to_both():
    keys = Keychain(lambda: None)
    both = "https://image.adobe.io https://ims-na1.adobelogin.com/ims/token/v3"
    keys.keep("adobe", both, "clientSecret", "shhh-quiet")
    assert keys.look_up("adobe", both, "clientSecret") == "shhh-quiet"
    assert keys.look_up("adobe", both.replace("ims-na1.adobelogin.com", "other.example"), "clientSecret") == ""


def test_keys_a_locked_keychain_holds_are_not_said_to_be_gone():
    with pytest.raises(Failed, match="unlock it"):
        Keychain(lambda: Ring(locked=True)).forget("runware", HOME)


class Broken(Ring):
    """A keychain whose service has gone."""

    def get_password(self, service, username):
        raise RuntimeError("secret-key: no bus")

    def set_password(self, service, username, password):
        raise OSError("secret-key: no bus")


def test_a_broken_keychain_is_none(caplog):
    keys = Keychain(Broken)
    assert keys.keep("runware", HOME, "apiKey", "secret-key") == "session"
    assert keys.look_up("runware", HOME, "apiKey") == "secret-key"
    assert keys.look_up("runware", OTHER, "apiKey") == ""
    assert "secret-key" not in caplog.text


@pytest.mark.parametrize("ring", [None, Ring(locked=True)])
def test_without_a_keychain_a_key_lasts_for_the_session(ring):
    keys = Keychain(lambda: ring)
    assert keys.keep("adobe", "https://image.adobe.io", "clientSecret", "shhh-quiet") == "session"
    assert keys.look_up("adobe", "https://image.adobe.io", "clientSecret") == "shhh-quiet"
    assert Keychain(lambda: ring).look_up("adobe", "https://image.adobe.io", "clientSecret") == ""
    assert "shhh" not in repr(keys)


def test_the_environment_is_believed_for_official_and_local_addresses_only(monkeypatch):
    monkeypatch.setenv("RUNWARE_API_KEY", "from-outside")
    keys = Keychain(lambda: None)
    assert keys.look_up("runware", HOME, "apiKey") == "from-outside"
    assert keys.look_up("runware", "http://127.0.0.1:8402/runware/v1", "apiKey") == "from-outside"
    assert keys.look_up("runware", OTHER, "apiKey") == ""


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "x" * 9000])
def test_what_is_no_key_is_refused_without_being_repeated(bad):
    with pytest.raises(BadInput) as refused:
        Keychain(lambda: None).keep("runware", HOME, "apiKey", bad)
    assert not bad.strip() or bad not in str(refused.value)


def test_no_test_sees_the_keychain_of_whoever_runs_it():
    assert not keychain().lasting


def test_a_keychain_that_is_a_plain_file_counts_as_none():
    code = (
        "import sys, types, keyring.backend\n"
        "alt = types.ModuleType('keyrings.alt.file')\n"
        "made = type('PlaintextKeyring', (keyring.backend.KeyringBackend,), {'priority': 1,\n"
        "    '__module__': alt.__name__,\n"
        "    'get_password': lambda *a: None, 'set_password': lambda *a: None, 'delete_password': lambda *a: None})\n"
        "import keyring; keyring.set_keyring(made())\n"
        "from maskstudio.services.keychain import keychain; print(keychain().lasting)\n"
    )
    env = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert run.stdout.strip() == "False"
