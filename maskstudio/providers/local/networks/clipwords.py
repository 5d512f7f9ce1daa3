"""Words as the numbers that CLIP's text encoders read: pairs of letters are joined in the order of a learned list.

The list is ``clipwords.txt.xz``, one pair a line: the part of CLIP's vocabulary (OpenAI, MIT licence) that its models
use. The way is Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016.
"""

import html
import lzma
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from maskstudio.core.arrays import Integers

LENGTH = 77  # numbers that an encoder reads for one phrase
_LIST = Path(__file__).with_name("clipwords.txt.xz")
_END = "</w>"  # marks a piece that ends a word
_BYTES = 256
_WORDS = re.compile(r"'(?:s|t|re|ve|m|ll|d)|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


def numbers(phrases: Sequence[str]) -> Integers:
    """Phrases as numbers, (N, 77): a start, the pieces of the words, an end, and zeros; what is too long is cut."""
    ranks, codes = _vocabulary()
    start = len(codes)
    found = np.zeros((len(phrases), LENGTH), np.int64)
    for row, phrase in zip(found, phrases, strict=True):
        pieces = [piece for word in _words(phrase) for piece in _joined(word, ranks)]
        line = [start, *(codes[piece] for piece in pieces[: LENGTH - 2]), start + 1]
        row[: len(line)] = line
    return found


def _words(phrase: str) -> list[str]:
    """The words of a phrase, each as one letter for every byte of it."""
    letters = _letters()
    plain = unicodedata.normalize("NFC", html.unescape(phrase)).lower()
    return ["".join(letters[byte] for byte in word.encode()) for word in _WORDS.findall(plain)]


def _joined(word: str, ranks: dict[tuple[str, str], int]) -> list[str]:
    """The pieces of a word: of all neighbours, those that come first in the list are joined, again and again."""
    pieces = [*word[:-1], word[-1] + _END]
    while len(pieces) > 1:
        first = min(pairwise(pieces), key=lambda pair: ranks.get(pair, len(ranks)))
        if first not in ranks:
            break
        made: list[str] = []
        for piece in pieces:
            if made and (made[-1], piece) == first:
                made[-1] += piece
            else:
                made.append(piece)
        pieces = made
    return pieces


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """The rank of each pair, and the number of each piece."""
    lines = lzma.decompress(_LIST.read_bytes()).decode().split("\n")
    pairs = [(line.split(" ")[0], line.split(" ")[1]) for line in lines]
    single = list(_letters().values())
    pieces = [*single, *(letter + _END for letter in single), *(left + right for left, right in pairs)]
    return {pair: rank for rank, pair in enumerate(pairs)}, {piece: number for number, piece in enumerate(pieces)}


@lru_cache(maxsize=1)
def _letters() -> dict[int, str]:
    """A letter that can be shown for each byte, in the order of the vocabulary: bytes that can be come first."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, _BYTES)]
    hidden = [byte for byte in range(_BYTES) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(_BYTES + place) for place, byte in enumerate(hidden)}
