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


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"text"', "\x00"])
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
