"""Settings survive a restart, and a damaged file costs nothing but itself."""

import json
import os
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from maskstudio import paths, settings
from maskstudio.checks import a_mirror
from maskstudio.names import path_of, text_of
from maskstudio.settings import RECENT, Settings, preferences


def test_what_is_saved_comes_back():
    chosen = Settings(theme="light", overlay_opacity=0.3, recent=["/a/ä.png"], window={"geometry": "abc"})
    settings.save(chosen)
    assert settings.load() == chosen


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"text"', "\x00", "[" * 100_000])
def test_a_damaged_file_gives_the_defaults(text):
    settings.location().parent.mkdir(parents=True)
    settings.location().write_text(text)
    assert settings.load() == Settings()


def test_unknown_keys_and_wrong_types_are_left_out():
    settings.location().parent.mkdir(parents=True)
    settings.location().write_text(
        json.dumps({"theme": 7, "overlay_side": "upside", "overlay_opacity": 0.25, "newer": True})
    )
    assert settings.load() == Settings(overlay_opacity=0.25)


@pytest.mark.parametrize(
    "hostile",
    [
        {"recent": [1, {}]},
        {"recent": "a.png"},
        {"forms": {"Mask": 7}},
        {"window": {"geometry": None}},
        {"overlay_opacity": 1e999},
        {"overlay_opacity": -0.5},
        {"overlay_colour": "url(file:///etc/passwd)"},
        {"overlay_colour": "#e5484d\n"},
    ],
)
def test_values_that_would_break_the_window_are_left_out(hostile):
    settings.location().parent.mkdir(parents=True)
    settings.location().write_text(json.dumps({**hostile, "theme": "dark"}))
    assert settings.load() == Settings(theme="dark")


def test_every_setting_has_a_rule():
    everything = Settings(
        "light", "#000000", 1.0, "inside", ["a"], "/out", {"geometry": "x"}, {"Mask": {"maskBlur": 3}}
    )
    settings.save(everything)
    assert settings.load() == everything


def test_a_failed_save_keeps_the_old_file_and_leaves_nothing(monkeypatch):
    settings.save(Settings(theme="dark"))

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("maskstudio.core.atomic.os.fsync", full)
    settings.save(Settings(theme="light"))
    assert settings.load() == Settings(theme="dark")
    assert [path.name for path in settings.location().parent.iterdir()] == ["settings.json"]


def test_recent_files_are_unique_newest_first_and_few():
    chosen = Settings()
    for number in [*range(RECENT + 3), 5]:
        chosen.remember(Path(f"/photos/{number}.jpg"))
    assert len(chosen.recent) == RECENT
    assert chosen.recent[0] == "/photos/5.jpg"
    assert len(set(chosen.recent)) == RECENT


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MASKSTUDIO_HOME", str(tmp_path / "file" / "home"))
    settings.save(Settings())
    assert settings.load() == Settings()


def test_model_folders_are_the_given_ones_first(monkeypatch, tmp_path):
    monkeypatch.setenv("MASKSTUDIO_MODELS", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    assert paths.model_folders() == [tmp_path / "a", tmp_path / "b", paths.models()]


# Declarations


@pytest.mark.parametrize("each", preferences(), ids=lambda each: each.spec.name)
def test_what_the_preferences_show_is_well_declared(each):
    spec = each.spec
    assert spec.label
    assert spec.help.endswith(".")
    assert settings.fits(spec.name, spec.default)
    if spec.kind in (int, float):
        assert spec.low is not None
        assert spec.high is not None
        assert spec.low <= spec.default <= spec.high
        assert settings.fits(spec.name, spec.low)
        assert not settings.fits(spec.name, spec.high + 1)
    elif spec.kind is str:
        assert spec.choices or each.kind in ("text", "colour", "file")


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_nothing_of_another_type_gets_in(name):
    kind = type(getattr(Settings(), name))
    for value in (None, True, "text", 3, 0.5, [], {}, [[]], {"a": 1}):
        if type(value) is not kind and not (kind is float and type(value) is int):
            assert not settings.fits(name, value)


@pytest.mark.parametrize(
    "hostile",
    [
        {"author": "two\nlines"},
        {"author": "x" * 201},
        {"grid_from": 5},
        {"grid_from": True},
        {"preset": "vi"},
        {"keys": {"tool.brush": "B"}},
        {"keys": {"tool.brush": [1]}},
        {"tools": {"brush": None}},
        {"history_megabytes": 10**30},
        {"pressure_gamma": float("nan")},
        {"pressure_gamma": float("inf")},
        {"recent_commands": [None]},
        {"monitor_profile": "x" * 5000},
    ],
)
def test_hostile_values_of_newer_settings_are_left_out(hostile):
    settings.location().parent.mkdir(parents=True)
    settings.location().write_text(json.dumps({**hostile, "theme": "dark"}))
    assert settings.load() == Settings(theme="dark")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([each.name for each in fields(Settings)]) | st.text(max_size=5), JSON))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_gives_settings_that_can_be_saved_again(saved):
    settings.location().parent.mkdir(parents=True, exist_ok=True)
    settings.location().write_text(json.dumps(saved))
    chosen = settings.load()
    assert all(settings.fits(each.name, getattr(chosen, each.name)) for each in fields(Settings))
    settings.save(chosen)
    assert settings.load() == chosen


def test_a_whole_number_serves_as_a_fraction():
    settings.location().parent.mkdir(parents=True)
    settings.location().write_text('{"overlay_opacity": 1, "pressure_gamma": 2}')
    assert settings.load() == Settings(overlay_opacity=1.0, pressure_gamma=2.0)


def test_as_many_recent_files_as_the_user_wants():
    chosen = Settings(recent_count=2)
    for number in range(5):
        chosen.remember(Path(f"/{number}.png"))
    assert chosen.recent == ["/4.png", "/3.png"]


def test_two_settings_share_no_list():
    Settings().recent.append("x")
    assert Settings().recent == []


@pytest.mark.skipif(sys.platform != "linux", reason="paths of any bytes")
def test_paths_of_any_bytes_are_remembered(tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9") / ("n" * 200) / os.fsdecode(b"\xff\n.ora")
    chosen = settings.load()
    chosen.remember(odd)
    chosen.export_folder = chosen.monitor_profile = text_of(odd.parent)
    settings.save(chosen)
    again = settings.load()
    assert [path_of(text) for text in again.recent] == [odd]
    assert path_of(again.export_folder) == path_of(again.monitor_profile) == odd.parent


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("", True), ("https://a.example/models", True), ("http://localhost:80/m", True), ("http://127.0.0.1", True),
        ("http://a.example/", False), ("ftp://a.example", False), ("https:///x", False), ("https://a/?q=1", False),
        ("https://[", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_what_may_be_a_mirror(address, fits):
    assert a_mirror(address) is fits
