"""Text and URLs from other programs, which may hold anything: a file, an address, or nothing; never an exception."""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from maskstudio.core.history import History
from maskstudio.errors import CannotRead
from maskstudio.jobs import Token
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.providers.weights import download
from maskstudio.ui.files.exchange import found_in
from maskstudio.ui.files.file_urls import from_text, host_in, named_in, path_in, url_of
from tests.core.documents import disc, document

ODD = (
    "~nosuchuser/x", "~\0", "http://[::1", "https://[bad]/x", "http://x:99999999/", "http://", "https://?", "http:///x",
    "file://[::1", "file://otherhost/tmp/x.png", "file:///%00", "file:relative", "FILE:///nowhere", "a" * 4000,
    "/proc/self/mem/x", "\ud800", "http://\ud800/", "https://a b/", "javascript:alert(1)", "data:image/png;base64,x",
)  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_nothing_or_a_host(window, text, qtbot):
    QGuiApplication.clipboard().setText(text)
    window.actions_by_id["edit.paste"].trigger()
    assert window.notice.sentence.endswith((".", "?"))
    assert window.session.document is None
    mime = QMimeData()
    mime.setUrls([QUrl(text)])
    found_in(mime)
    mime.setData("text/uri-list", QByteArray(text.encode("utf-8", "replace")))
    found_in(mime)


@given(st.text())
def test_any_text_means_a_file_an_address_or_nothing(text):
    for start in ("", "http://", "https://", "file://", "~"):
        meant = from_text(start + text)
        assert meant is None or isinstance(meant, Path) or host_in(meant)


@given(st.binary(min_size=1, max_size=30).filter(lambda name: not {0, 0x2F} & set(name) and name not in (b".", b"..")))
@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_any_file_goes_out_and_comes_back(name):
    path = Path("/tmp/d") / os.fsdecode(name)
    url = url_of(path)
    assert url.isValid()
    assert os.fsencode(path_in(url)) == os.fsencode(path)
    assert path_in(QUrl.fromEncoded(url.toEncoded())) == path


@pytest.mark.skipif(os.name == "nt", reason="other machines are part of paths there")
def test_a_file_of_another_machine_is_none_of_ours():
    for host, here in (("", True), ("localhost", True), (socket.gethostname(), True), ("fileserver", False)):
        found = path_in(QUrl(f"file://{host}/tmp/a%20b.png"))
        assert found == (Path("/tmp/a b.png") if here else None)


def test_what_a_page_calls_its_picture():
    assert named_in("https://a.example/p/caf%C3%A9%20x.png?size=2#there") == "café x.png"
    assert named_in("https://a.example/") == ""


@pytest.mark.parametrize("address", ["https://[bad]/x", "http://x:99999999/", "https://a b/", "https://" + "a" * 300])
def test_an_address_that_cannot_be_asked_is_one_sentence(address):
    with pytest.raises(CannotRead, match=r"^The picture could not be downloaded \(.*\)\.$"):
        download.picture(address, Token())


def test_the_file_dialog_proposes_a_name_that_can_be_and_a_folder_it_knows(window, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *words: (asked.append(words[2]), ("", ""))[1])
    folder = tmp_path / os.fsdecode(b"d\xe9")
    made = document(disc())
    photo = replace(made.image, name=f"{'ü' * 125}.png", path=folder / "a.png")
    window.session.history = History(replace(made, image=photo))
    window.session.changed()
    window.files.export(ExportParams(), CutoutParams())
    window.saving.save_as()
    for proposal, ending in zip(asked, ("ü-cutout.png", "ü.ora"), strict=True):
        assert proposal.startswith(f"{tmp_path}{os.sep}ü")
        assert proposal.endswith(ending)
        assert len(Path(proposal).name.encode()) <= 255
