"""Downloads against a real server on this machine: progress, resume, cancel, verification."""

import errno
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial

import httpx
import pytest

from maskstudio.errors import Cancelled, CannotWrite, ModelUnavailable, UnknownModel
from maskstudio.jobs import Token
from maskstudio.providers.local import families
from maskstudio.providers.local.networks import yolo_files
from maskstudio.providers.weights import download
from maskstudio.providers.weights.partial import Partial
from tests.patience import PATIENCE, until
from tests.providers.resuming import CONTENT


def test_downloads_with_progress(entry, client, target):
    seen = []
    download.fetch(entry, target, Token(lambda fraction, text: seen.append((fraction, text))), client)
    assert target.read_bytes() == CONTENT
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    assert seen[-1][0] == 1
    assert "face_yolov8n.pt" in seen[0][1]
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_resumes_after_a_broken_connection(server, entry, client, target):
    server.breaks_after = 200_000
    with pytest.raises(ModelUnavailable, match="maskstudio models add"):
        download.fetch(entry, target, Token(), client)
    part = target.with_name(f"{target.name}.part")
    size = part.stat().st_size
    assert 0 < size <= 200_000
    assert not target.exists()
    server.breaks_after = None
    download.fetch(entry, target, Token(), client)
    assert server.asked == [None, f"bytes={size}-"]
    assert target.read_bytes() == CONTENT


def test_starts_again_where_the_server_cannot_resume(server, entry, client, target):
    target.with_name(f"{target.name}.part").write_bytes(b"old")
    server.ranges = False
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_a_complete_part_is_only_verified(entry, client, target):
    target.with_name(f"{target.name}.part").write_bytes(CONTENT)
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_cancel_keeps_the_part_for_later(server, entry, client, target):
    token = Token(lambda fraction, _: token.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        download.fetch(entry, target, token, client)
    assert not target.exists()
    assert target.with_name(f"{target.name}.part").stat().st_size > 0.3 * len(CONTENT) - (1 << 16)
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"!", CONTENT + b"more", b"<html>sign in first</html>"])
def test_wrong_bytes_are_not_kept(server, entry, client, target, content):
    server.content = content
    with pytest.raises(ModelUnavailable, match="not kept"):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_server_errors_are_one_sentence(server, entry, client, target):
    server.status = 404
    with pytest.raises(ModelUnavailable, match="404"):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_only_https_without_a_client_of_the_callers(server, entry, target):
    with pytest.raises(ModelUnavailable, match="encryption"):
        download.fetch(entry, target, Token())
    assert server.asked == []


def test_offline_is_one_sentence(entry, target):
    def refuse(request):
        raise httpx.ConnectError("no route", request=request)

    offline = partial(httpx.AsyncClient, transport=httpx.MockTransport(refuse))
    with pytest.raises(ModelUnavailable) as raised:
        download.fetch(entry, target, Token(), offline)
    assert "cannot be reached" in str(raised.value)
    assert "maskstudio models add face_yolov8n.pt" in str(raised.value)


def test_a_proxy_that_cannot_be_used_is_one_sentence(entry, target, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:1")
    with pytest.raises(ModelUnavailable, match=r"^The proxy .*\.$"):
        download.fetch(entry, target, Token())


def part_of(target):
    return target.with_name(f"{target.name}.part")


def begun(server, entry, client, target):
    """A download that broke off; the size of its part."""
    server.breaks_after = 200_000
    with pytest.raises(ModelUnavailable, match="the connection broke off"):
        download.fetch(entry, target, Token(), client)
    server.breaks_after = None
    return part_of(target).stat().st_size


def test_what_is_continued_is_of_the_same_edition(server, entry, client, target):
    size = begun(server, entry, client, target)
    download.fetch(entry, target, Token(), client)
    assert server.asked == [None, f"bytes={size}-"]
    assert server.conditions == [None, '"one"']
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_file_that_changes_during_a_pause_is_fetched_from_its_start(server, entry, client, target):
    """The server has an edition of other bytes first, and the one we know after the pause."""
    server.content = bytes(len(CONTENT))
    begun(server, entry, client, target)
    server.content, server.etag = CONTENT, '"two"'
    download.fetch(entry, target, Token(), client)
    assert len(server.asked) == 2
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", ['"two"', ""])
def test_a_server_that_continues_another_edition_is_found_out(server, entry, client, target, etag):
    """It ignores If-Range, or names no edition: the sum shows that the halves do not fit, and all is fetched again."""
    server.content, server.etag = bytes(len(CONTENT)), etag and '"one"'
    size = begun(server, entry, client, target)
    server.content, server.etag, server.minds_edition = CONTENT, etag, False
    download.fetch(entry, target, Token(), client)
    assert server.asked == [None, f"bytes={size}-", None]
    assert target.read_bytes() == CONTENT


def test_a_server_that_changes_to_what_we_do_not_know_leaves_nothing(server, entry, client, target):
    begun(server, entry, client, target)
    server.content, server.etag = bytes(len(CONTENT)), '"two"'
    with pytest.raises(ModelUnavailable, match=r"not kept.*sha256"):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_an_answer_that_ends_early_without_a_length_is_not_taken_for_the_whole(server, entry, client, target):
    server.says_length, server.breaks_after = False, 1000
    with pytest.raises(ModelUnavailable, match="the connection broke off"):
        download.fetch(entry, target, Token(), client)
    assert part_of(target).stat().st_size == 1000
    assert not target.exists()
    server.breaks_after = None
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_too_large_a_file_is_refused_before_it_is_fetched(server, entry, client, target):
    server.content, server.stalls_at = CONTENT + bytes(1 << 20), 0
    with pytest.raises(ModelUnavailable, match="more than the file should be"):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_the_second_address_is_tried_when_the_first_fails(server, entry, client, target):
    dead = replace(entry, url=server.url.replace("/model.pt", "x:1/no"), mirrors=(server.url,))
    download.fetch(dead, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_a_mirror_on_this_machine_needs_no_encryption_and_all_failures_are_named(server, entry, target):
    mirror = server.url.removesuffix("/model.pt")
    plain = replace(entry, url="http://publisher.invalid/model.pt")
    download.fetch(plain, target, Token(), mirror=f"{mirror}/")
    assert target.read_bytes() == CONTENT
    target.unlink()
    server.status = 404
    with pytest.raises(ModelUnavailable) as raised:
        download.fetch(plain, target, Token(), mirror=mirror)
    assert str(raised.value).startswith(
        "face_yolov8n.pt could not be downloaded (publisher.invalid: publisher.invalid offers it without encryption; "
        "127.0.0.1: the server answered 404); get it from"
    )


def test_cancel_ends_a_download_that_hangs(server, entry, client, target):
    """Whether the server sends nothing at all, or nothing more."""
    for stall in (0, 100_000):
        server.stalls_at = stall
        token = Token()
        threading.Timer(0.2, token.cancel).start()
        with pytest.raises(Cancelled):
            download.fetch(entry, target, token, client)
        assert not target.exists()
    server.stalls_at = None
    assert part_of(target).stat().st_size > 0
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_cancel_while_it_is_checked_keeps_the_part(server, entry, client, target):
    token = Token(lambda _fraction, text: token.cancel() if text.startswith("Checking") else None)
    with pytest.raises(Cancelled):
        download.fetch(entry, target, token, client)
    assert part_of(target).read_bytes() == CONTENT
    assert not target.exists()


class FullDisk:
    """A file on a disk with room for so many bytes."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, block):
        self.room -= len(block)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(block)


def test_a_disk_that_fills_up_is_one_sentence_and_the_part_is_kept(server, entry, client, target, monkeypatch):
    opened = Partial.open
    monkeypatch.setattr(Partial, "open", lambda self, *, resume: FullDisk(opened(self, resume=resume), 300_000))
    with pytest.raises(CannotWrite, match=r"face_yolov8n\.pt could not be written: the disk is full\.$"):
        download.fetch(entry, target, Token(), client)
    assert not target.exists()
    assert 0 < part_of(target).stat().st_size <= 300_000
    monkeypatch.undo()
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_too_small_a_disk_is_told_before(server, entry, client, target, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 10**5, 10**5))
    with pytest.raises(
        CannotWrite, match=r"^face_yolov8n\.pt needs 0\.5 MB more, and the disk of .* has 0\.1 MB free\.$"
    ):
        download.fetch(entry, target, Token(), client)
    assert list(target.parent.iterdir()) == []


def test_two_windows_do_not_download_the_same_file_at_once(server, entry, client, target):
    server.stalls_at = 100_000
    token, ended = Token(), []

    def first():
        try:
            download.fetch(entry, target, token, client)
        except Cancelled:
            ended.append("cancelled")

    window = threading.Thread(target=first)
    window.start()
    until(lambda: Partial(target).size > 0)
    with pytest.raises(ModelUnavailable, match=r"being downloaded by another window .*\.$"):
        download.fetch(entry, target, Token(), client)
    with pytest.raises(ModelUnavailable, match="another window"):
        Partial(target).discard()
    assert Partial(target).size > 0
    token.cancel()
    window.join(PATIENCE)
    assert ended == ["cancelled"]
    server.stalls_at = None
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_another_process_that_downloads_the_same_file_is_told_of(server, entry, client, target):
    code = (
        "import sys; from pathlib import Path; from maskstudio.providers.weights.partial import Partial\n"
        "with Partial(Path(sys.argv[1])).alone(): print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"1\n"
        with pytest.raises(ModelUnavailable, match="being downloaded by another window or program; wait until"):
            download.fetch(entry, target, Token(), client)
        assert server.asked == []
        other.stdin.close()
    download.fetch(entry, target, Token(), client)
    assert target.read_bytes() == CONTENT


def test_a_link_in_place_of_the_part_is_not_followed(server, entry, client, target, tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("keep me")
    part_of(target).symlink_to(precious)
    target.with_name(f"{target.name}.part.json").symlink_to(precious)
    download.fetch(entry, target, Token(), client)
    assert precious.read_text() == "keep me"
    assert not target.is_symlink()
    assert target.read_bytes() == CONTENT


def test_a_paused_download_can_be_dropped(server, entry, client, target):
    begun(server, entry, client, target)
    Partial(target).discard()
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("note", [b"{", b"[1]", b'{"address": 7}', b"[" * 100_000, b"\xff"])
def test_a_damaged_note_costs_only_the_mark_of_the_edition(server, entry, client, target, note):
    size = begun(server, entry, client, target)
    target.with_name(f"{target.name}.part.json").write_bytes(note)
    download.fetch(entry, target, Token(), client)
    assert (server.asked[-1], server.conditions[-1]) == (f"bytes={size}-", None)
    assert target.read_bytes() == CONTENT


def test_pull_makes_the_model_ready(entry, client, monkeypatch):
    monkeypatch.setitem(yolo_files.BY_NAME, "face_yolov8n", entry)
    assert next(each for each in families.states() if each.name == "face_yolov8n").state == "download"
    families.pull("face_yolov8n", Token(), partial(download.fetch, client=client))
    assert next(each for each in families.states() if each.name == "face_yolov8n").state == "ready"


def test_pull_refuses_what_it_cannot_verify():
    with pytest.raises(ModelUnavailable, match="sha256"):
        families.pull("yolov8s-seg", Token())
    with pytest.raises(UnknownModel, match="yolov8n"):
        families.pull("yolov8nn", Token())
    with pytest.raises(UnknownModel, match="no file to download"):
        families.pull("mediapipe_hands", Token())
