"""Encodings on disk: what is read back, what a damaged or hostile file does, the budget, and two programs at once."""

import json
import multiprocessing
import os
from hashlib import sha256

import numpy as np
import pytest

from maskstudio.providers.local import encodings
from maskstudio.providers.local.encodings import Encodings, key_of

PHOTO = np.zeros((4, 6, 3), np.uint8)


@pytest.fixture
def made():
    rng = np.random.default_rng(2)
    return {"maps": rng.normal(0, 3, (1, 8, 16, 16)).astype(np.float32), "b": np.full((2,), 1e6, np.float32)}


def never():
    raise AssertionError("it is there already")


def anything(_):
    return True


def kept(store, key, made):
    return store.get(key, anything, lambda: made)


def test_what_is_kept_is_read_back_nearly_as_it_was(home, made):
    store, key = Encodings(), key_of("model", PHOTO)
    assert kept(store, key, made) is made
    found = Encodings().get(key, anything, never)
    assert {name: each.dtype for name, each in found.items()} == dict.fromkeys(made, np.dtype(np.float32))
    np.testing.assert_allclose(found["maps"], made["maps"], rtol=2**-10, atol=1e-6)
    np.testing.assert_array_equal(found["b"], made["b"])  # too large for 16 bits
    (file,) = encodings.folder().iterdir()
    assert file.stat().st_size < 2 * made["maps"].size + 500
    assert encodings.folder().is_relative_to(home)


def test_another_model_or_photo_is_another_encoding():
    other = PHOTO.copy()
    other[3, 5, 2] = 1
    keys = {key_of("model", PHOTO), key_of("other", PHOTO), key_of("model", other)}
    keys.add(key_of("model", PHOTO.reshape(6, 4, 3)))
    assert len(keys) == 4
    assert key_of("model", np.zeros((4, 12, 3), np.uint8)[:, ::2]) == key_of("model", PHOTO)


def row(name="maps", kind="float32", shape=(2,)):
    return [name, kind, list(shape)]


def file_of(rows, body, **changes):
    head = {"format": encodings._FORMAT, "arrays": rows, "sha256": sha256(body).hexdigest(), **changes}
    return json.dumps(head).encode() + b"\n" + body


EIGHT = np.array([1, 2], "<f4").tobytes()
HOSTILE = {
    "empty": b"",
    "noise": os.urandom(500),
    "a pickle": b"\x80\x04cposix\nsystem\n(S'false'\ntR.",
    "no object": b"[1, 2]\n",
    "deep": b"[" * 4000 + b"\n",
    "another format": file_of([row()], EIGHT, format="maskstudio encoding 0"),
    "another sum": file_of([row()], EIGHT, sha256="0" * 64),
    "too short": file_of([row(shape=(3,))], EIGHT),
    "too long": file_of([row(shape=(1,))], EIGHT),
    "huge": file_of([row(shape=(1 << 40, 1 << 40))], EIGHT),
    "negative": file_of([row(shape=(-1, -2))], EIGHT),
    "objects": file_of([row(kind="object")], EIGHT),
    "no numbers": file_of([row()], np.array([np.nan, np.inf], "<f4").tobytes()),
    "fractions": file_of([row(shape=(2.0,))], EIGHT),
    "no rows": file_of({"maps": 1}, EIGHT),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_made_anew(home, made, content):
    store, key = Encodings(), key_of("model", PHOTO)
    encodings.folder().mkdir(parents=True)
    path = encodings.folder() / f"{key}.encoding"
    path.write_bytes(content)
    assert store.read(key) is None
    assert kept(store, key, made) is made
    assert store.read(key).keys() == made.keys()


def test_a_torn_file_is_made_anew_wherever_it_is_torn(home, made):
    store, key = Encodings(), key_of("model", PHOTO)
    kept(store, key, made)
    (path,) = encodings.folder().iterdir()
    whole = path.read_bytes()
    for length in (0, 1, 50, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert store.read(key) is None
    path.write_bytes(whole + b"\0")
    assert store.read(key) is None


def test_what_does_not_fit_the_network_is_made_anew(home, made):
    store, key = Encodings(), key_of("model", PHOTO)
    kept(store, key, {"maps": np.zeros((1,), np.float32)})
    assert store.get(key, lambda found: found.keys() == made.keys(), lambda: made) is made
    assert store.get(key, lambda found: found.keys() == made.keys(), never)["maps"].shape == (1, 8, 16, 16)


def test_what_was_used_longest_ago_goes_first(home, made):
    store = Encodings()
    keys = [key_of(f"model {number}", PHOTO) for number in range(4)]
    for age, key in enumerate(keys):
        kept(store, key, made)
        moment = 1_000_000_000 + age
        os.utime(encodings.folder() / f"{key}.encoding", (moment, moment))
    size = next(encodings.folder().iterdir()).stat().st_size
    assert store.read(keys[0]) is not None  # used now
    store.set_budget(2 * size + 10)
    kept(store, keys[3], made)
    assert kept(store, "huge", {"maps": np.zeros((9, 9999), np.float32)}) is not None
    assert [store.read(key) is not None for key in keys] == [True, False, False, True]
    store.set_budget(0)
    store.read(keys[0])
    encodings_left = list(encodings.folder().iterdir())
    assert len(encodings_left) == 2
    assert kept(store, keys[1], made) is made
    assert kept(store, keys[0], made) is made
    assert list(encodings.folder().iterdir()) == []


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_nothing(home, made):
    encodings.folder().parent.mkdir(parents=True, exist_ok=True)
    encodings.folder().write_text("a file is in the way")
    assert kept(Encodings(), key_of("model", PHOTO), made) is made


def work(seed):
    store = Encodings(60_000)
    for number in range(30):
        key = key_of(str(number % 5), PHOTO)
        found = store.get(key, anything, lambda n=number: {"maps": np.full((64, 64), n % 5, np.float32)})
        assert (found["maps"] == number % 5).all()
    return seed


def test_two_programs_share_the_folder(home):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(work, range(2)) == [0, 1]
    assert all(file.suffix == ".encoding" for file in encodings.folder().iterdir())
