"""The five row filters of PNG (ISO/IEC 15948, section 9) on whole blocks of rows at once.

A filter replaces each byte by its difference to a guess from the pixels left (a), above (b) and above left (c).
"""

import numpy as np

from maskstudio.core.arrays import Bytes, Integers
from maskstudio.core.cv import cv2

NONE, SUB, UP, AVERAGE, PAETH = range(5)
ALL = (NONE, SUB, UP, AVERAGE, PAETH)


def filter_rows(rows: Bytes, above: Bytes, pixel: int, kind: int) -> Bytes:
    """``rows`` (N, B) filtered by ``kind``; ``above`` (B,) is the row before them, ``pixel`` the bytes a pixel has."""
    if kind == NONE:
        return rows
    if kind == UP:
        return rows - _upper(rows, above)
    if kind == SUB:
        return rows - _left(rows, pixel)
    up = _upper(rows, above)
    return rows - (
        _average(_left(rows, pixel), up) if kind == AVERAGE else _paeth(_left(rows, pixel), up, _left(up, pixel))
    )


def cost(filtered: Bytes) -> Integers:
    """How badly each row of (N, B) is likely to compress, int64 (N,): the sum of its bytes as signed magnitudes."""
    magnitudes = cv2.min(filtered, np.negative(filtered))
    sums: Integers = cv2.reduce(magnitudes, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0].astype(np.int64)
    return sums


def _upper(rows: Bytes, above: Bytes) -> Bytes:
    up = np.empty_like(rows)
    up[0] = above
    up[1:] = rows[:-1]
    return up


def _left(rows: Bytes, pixel: int) -> Bytes:
    left = np.zeros_like(rows)
    left[:, pixel:] = rows[:, :-pixel]
    return left


def _average(a: Bytes, b: Bytes) -> Bytes:
    return (a & b) + ((a ^ b) >> 1)  # floor((a + b) / 2) without the carry that 8 bits cannot hold


def _paeth(a: Bytes, b: Bytes, c: Bytes) -> Bytes:
    """Whichever of a, b, c is nearest to a + b - c, in 8 bits and without branches.

    |p - a| = |b - c| and |p - b| = |a - c|. c can win only when it lies between a and b; then |p - c| is the
    difference of those two, and otherwise their sum, which is never the least.
    """
    to_a, to_b = cv2.absdiff(b, c), cv2.absdiff(a, c)
    to_c = cv2.absdiff(to_a, to_b)
    between = cv2.compare(c, cv2.min(a, b), cv2.CMP_GT) & cv2.compare(c, cv2.max(a, b), cv2.CMP_LT)
    c_wins = between & cv2.compare(to_c, cv2.min(to_a, to_b), cv2.CMP_LT)
    a_wins = cv2.compare(to_a, to_b, cv2.CMP_LE)
    guess = b ^ ((a ^ b) & a_wins)
    result: Bytes = guess ^ ((guess ^ c) & c_wins)
    return result
