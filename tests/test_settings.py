"""Settings survive a restart, and a damaged file costs nothing but itself."""

import json
from pathlib import Path

import pytest

from maskstudio import paths, settings
from maskstudio.settings import RECENT, Settings


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
