"""Runs the command line with names of any bytes in every place that takes one; a program of its own, since what goes
wrong here ends processes. ``commands.py FOLDER SEED ROUNDS`` prints how many commands it ran; each that is neither a
success nor one sentence is told on the error output, with status 3.
"""

import io
import os
import random
import sys
from pathlib import Path
from tempfile import mkdtemp

import cv2
import numpy as np

from maskstudio.cli.app import run

SIZE = (24, 32)
RECIPE = b'{"recipe": 1, "refine": {"bandWidth": 2}}'
rng = np.random.default_rng(0)
PHOTO = rng.integers(0, 256, (*SIZE, 3), np.uint8)
MASK = np.zeros(SIZE, np.uint8)
MASK[6:18, 8:24] = 255
JPEG, PNG = (cv2.imencode(ending, PHOTO)[1].tobytes() for ending in (".jpg", ".png"))
MASK_PNG = cv2.imencode(".png", MASK)[1].tobytes()


def command(*words):
    """Status and error output of one command line in this process."""
    sys.argv = ["maskstudio", *map(str, words)]
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.BytesIO(), encoding=stream.encoding, errors=how)
        for stream, how in ((out, "strict"), (err, "backslashreplace"))
    )
    try:
        run()
    except SystemExit as stop:
        sys.stderr.flush()
        return stop.code or 0, sys.stderr.buffer.getvalue().decode(errors="replace")
    finally:
        sys.stdout, sys.stderr = out, err
    raise AssertionError("a command line ends with a status")


def name(dice):
    """Letters no encoding knows, mostly."""
    kinds = (
        range(0x80, 0x100),
        range(0x80, 0x100),
        range(0x80, 0x100),
        (0x61, 0x20, 0x25, 0x23, 0x3F, 0x26, 0x0A, 0x1B),
    )
    letters = bytes(dice.choice(dice.choice(kinds)) for _ in range(dice.randint(1, 12)))
    return letters if dice.random() < 0.9 else "Größe 影 🦋".encode() + letters


class Round:
    """One folder with odd files in it, and every command on them."""

    def __init__(self, root, dice):
        self.dice, self.count = dice, 0
        odd = name(dice) if dice.random() < 0.5 else b""
        self.folder = Path(mkdtemp(dir=root, suffix=os.fsdecode(odd)))  # new: a window may still write to others
        self.photo = self.file(JPEG, dice.choice((b".jpg", b".png", b".jpeg")))
        self.mask = self.file(MASK_PNG, b".png")

    def new(self, ending=b""):
        self.count += 1
        return self.folder / os.fsdecode(b"x%d" % self.count + name(self.dice) + ending)

    def file(self, data, ending):
        path = self.new(ending)
        path.write_bytes(data)
        return path

    def commands(self):
        """Words of a command, the file it must write (or None) and the status it may have."""
        photo, mask, out = self.photo, self.mask, self.new(b".png")
        yield ("detect", photo, "-o", out, "--json"), out, {0}
        for option in ("--trimap", "--refine-here", "--keep-here"):
            out = self.new(b".png")
            yield ("refine", photo, mask, "-o", out, option, self.file(MASK_PNG, b".png")), out, {0}
        for option in ("--clean-plate", "--second-shot"):
            out = self.new(b".png")
            yield (
                ("refine", photo, mask, "-o", out, option, self.file(self.dice.choice((JPEG, PNG)), b".jpg")),
                out,
                {0, 1, 2},
            )
        region = f"{self.file(MASK_PNG, b'.png')}={self.file(RECIPE, b'.json')}"
        yield ("refine", photo, mask, "-o", self.new(b".png"), "--region", region), None, {0, 1, 2}  # a name may hold =
        out, trimap, recipe = self.new(b".png"), self.new(b".png"), self.new(b".json")
        words = ("--trimap-output", trimap, "--save-recipe", recipe, "--recipe", self.file(RECIPE, b".json"))
        yield ("refine", self.file(PNG, b".png"), mask, "-o", out, *words), out, {0}
        yield ("objects", photo, "-o", self.new()), None, {0}
        yield ("cutout", photo, "-o", self.new(b".jpg")), None, {2}
        yield ("models", "add", self.file(b"PK\x03\x04" + b"no model", b".pt"), "--trust", "--json"), None, {0}
        yield ("models", "list"), None, {0}
        yield ("models", "remove", os.fsdecode(name(self.dice))), None, {1}
        yield ("detect", photo, "--model", os.fsdecode(b"m" + name(self.dice))), None, {1, 2}
        for words in (("detect", "X"), ("refine", photo, "X", "-o", "X"), ("refine", "X", mask, "-o", "X")):
            yield tuple(self.new(b".png") if word == "X" else word for word in words), None, {2}
        yield ("detect", photo, "-o", self.new() / "a.png"), None, {1}


def main(root, seed, rounds):
    """All rounds; the number of commands."""
    dice, number, wrong = random.Random(seed), 0, 0
    for _ in range(rounds):
        one = Round(root, dice)
        os.environ["MASKSTUDIO_HOME"] = str(one.folder / os.fsdecode(b"h" + name(dice)))
        os.environ["MASKSTUDIO_MODELS"] = str(one.folder).replace(os.pathsep, "_")
        for words, written, allowed in one.commands():
            number += 1
            status, said = command(*words)
            lines = said.splitlines()
            plain = all(line.endswith(".") for line in lines) and len(lines) <= (2 if status == 0 else 1)
            there = status != 0 or written is None or written.is_file()
            if status not in allowed or not plain or not there:
                wrong += 1
                print(f"{words!a}: {status}, {said!a}", file=sys.stderr)
    print(number)
    return 3 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
