"""Runs the editor's window with names of any bytes wherever one comes in or goes out; a program of its own, since what
goes wrong here ends processes. ``window.py FOLDER SEED ROUNDS`` prints how many names it tried; what raised, warned or
came to nothing is told on the error output, with status 3.
"""

import os
import random
import sys
import traceback
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QtMsgType, QUrl, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from maskstudio import settings
from maskstudio.names import path_of, shown
from maskstudio.params.local import ExportParams
from maskstudio.ui.app import create_window
from maskstudio.ui.files import unsaved_work
from maskstudio.ui.files.exchange import found_in
from maskstudio.ui.files.file_urls import path_in
from maskstudio.ui.help.palette_entries import recent_files
from tests.names.commands import JPEG, MASK_PNG, PNG, Round, name
from tests.patience import until

USUAL = ("This plugin does not support", "OpenType support missing", "Detected locale", "UTF-8")
wrong = []


def hear(kind, _context, text):
    """Qt says nothing while names are handled, but for what the offscreen platform always says."""
    if kind != QtMsgType.QtDebugMsg and not any(words in text for words in USUAL):
        wrong.append(f"Qt: {text}")


class Hand:
    """What somebody does in the window with the odd files of a round."""

    def __init__(self, app, one):
        self.app, self.one, self.tried = app, one, 0
        self.window = create_window([])
        self.window.show()

    @property
    def session(self):
        return self.window.session

    def wait(self, holds):
        until(holds, step=self.app.processEvents)

    def says(self):
        """The sentence that came of the last thing."""
        self.wait(lambda: self.window.notice.sentence)
        sentence = self.window.notice.sentence
        if not sentence.endswith((".", "?", " --trust")) or shown(sentence) != sentence:
            wrong.append(f"no sentence: {sentence!r}")
        self.window.notice.hide()
        return sentence

    def come(self, path):
        """Wait until the photo or project in ``path`` is in front."""
        self.tried += 1
        self.wait(lambda: self.session.document is not None and path in self.session.files)
        if shown(self.window.windowTitle()) != self.window.windowTitle() or not self.window.windowTitle():
            wrong.append(f"title: {self.window.windowTitle()!r}")

    def run(self):
        """Everything, one after the other."""
        one, window = self.one, self.window
        window.open(one.photo)
        self.come(one.photo)
        self.session.importing.import_mask(one.mask)
        self.wait(lambda: len(self.session.document.layers) == 1)
        self.session.edging.import_trimap(self.session.active.id, one.file(MASK_PNG, b".png"))
        self.session.matching.match(one.file(JPEG, b".jpg"), "second")  # too alike; what matters is that it is read
        self.says()
        self.write()
        self.hand_out()
        self.drop()
        for path in (one.new(b".png"), one.folder, one.file(b"no photo", b".jpg"), one.new(b".png") / "a.png"):
            window.open(path)
            self.says()
        window.files.drop([one.file(b"PK\x03\x04 no model", b".pt")])
        self.says()
        picture = one.file(JPEG, b".png")
        window.viewing.choices.choose_picture(picture)
        self.wait(lambda: path_of(window.viewing.choices.now.picture) == picture)
        window.settings.monitor_profile = "/no" + os.fsdecode(name(one.dice))
        window.viewing.choices._read_profile()
        self.says()
        self.again()
        self.tried += 8

    def write(self):
        """Export, save and save a copy."""
        out, mask, project, copy = (self.one.new(ending) for ending in (b".png", b".png", b".ora", b".ora"))
        self.session.exporting.export(out, ExportParams())
        self.session.exporting.export_mask(mask, ExportParams())
        self.session.projects.save_copy(copy)
        self.wait(lambda: out.is_file() and mask.is_file() and copy.is_file())
        self.session.projects.save_as(project)
        self.wait(lambda: self.session.projects.path == project)
        self.session.exporting.export(self.one.new() / "there" / "a.png", ExportParams())
        self.wait(lambda: "could not be written" in self.window.notice.sentence)
        self.says()
        self.project = project
        self.tried += 5

    def hand_out(self):
        """Copy, and read the file that the clipboard points to."""
        self.window.actions_by_id["edit.copyMerged"].trigger()
        board = QGuiApplication.clipboard()
        self.wait(lambda: board.mimeData() is not None and board.mimeData().urls())
        path = path_in(board.mimeData().urls()[0])
        if path is None or path.read_bytes() != bytes(board.mimeData().data("image/png").data()):
            wrong.append(f"handed out: {path!r}")
        board.clear()
        self.tried += 1

    def drop(self):
        """A file dropped by its URL, and its path pasted as text, where a text can say it."""
        path = self.one.file(PNG, b".jpg")
        mime = QMimeData()
        address = b"file://" + "".join(f"%{byte:02X}" if byte != 0x2F else "/" for byte in os.fsencode(path)).encode()
        mime.setUrls([QUrl.fromEncoded(QByteArray(address))])
        self.window.exchange.take(found_in(mime))
        self.come(path)

    def again(self):
        """Close all, and open what was opened from the places that remember it."""
        window, project = self.window, self.project
        unsaved_work.ask_leave = lambda *_: "discard"
        for tab in list(window.tabs.open):
            window.files.close_tab(tab)
        self.app.processEvents()
        for button in window.welcome.findChildren(QPushButton, "recentFile"):
            if shown(project.name).replace("&", "&&")[:20] in button.text():
                button.click()
        self.come(project)
        menu = QMenu()
        window.files.fill_recent(menu)
        for entry in menu.actions():
            entry.trigger()
        for entry in recent_files(window.settings.recent, window.open):
            entry.run()
        self.come(self.one.photo)
        settings.save(window.settings)
        if settings.load().recent != window.settings.recent or not window.settings.recent:
            wrong.append("recent files are forgotten")

    def close(self):
        """The window goes with all its work."""
        self.window._closing = True
        self.window.close()
        self.app.processEvents()


def main(root, seed, rounds):
    """All rounds; the status."""
    app, dice, tried = QApplication.instance() or QApplication(["names"]), random.Random(seed), 0
    qInstallMessageHandler(hear)
    sys.excepthook = lambda *error: wrong.append("".join(traceback.format_exception(*error)))
    for _ in range(rounds):
        try:
            one = Round(Path(root), dice)
            os.environ["MASKSTUDIO_HOME"] = str(one.folder / os.fsdecode(b"h" + name(dice)))
            hand = Hand(app, one)
            hand.run()
        except Exception:
            traceback.print_exc()  # the hook keeps for the end what slots raise
            raise
        tried += hand.tried
        hand.close()
    for each in wrong:
        print(ascii(each) if "Traceback" not in each else each, file=sys.stderr)
    print(tried)
    return 3 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
