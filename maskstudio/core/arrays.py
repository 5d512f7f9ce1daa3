"""What arrays, and the numbers that say where something lies, are called: one name for each kind, for every room.

A picture has ``H`` rows and ``W`` columns; x goes to the right, y down, both in px from the left top corner of the
image, whose first pixel covers 0..1. Functions say in their docstrings what differs from what is written here.

Arrays of coverage and colour
    Plane       uint8 (H, W), 0..255: a mask, a trimap (0, 128, 255), one channel, or 0 and 255 for no and yes
    DeepPlane   uint16 (H, W), 0..65535: coverage of a mask that has more than 8 bits
    Alpha       float32 (H, W), 0..1: opacity as solvers give it
    Coverage    an Alpha or a Plane
    Opacity     an Alpha, a Plane or a DeepPlane
    Pixels      uint8 or uint16 (H, W, 3), the whole range of the type: red, green, blue, straight (not premultiplied),
                coded as the image's profile says; one channel of them is (H, W)
    Pixels8     uint8 (H, W, 3), 0..255: the same at 8 bits
    ColourTile  uint8 or uint16 (h, w, 3): Pixels of one tile of a mask
    Colours     float32 (..., 3), 0..1: Pixels divided by the largest value of their type
    Bytes       uint8 of any shape: rows of a file, or what a screen shows

Arrays of numbers
    Real        float32 of any shape, mostly (H, W) or (N,)
    Double      float64 of any shape
    Integers    int64 of any shape: counts, or places in fixed-point units
    Indices     int64 (N,): places of pixels, as rows, as columns, or counted row by row (y * W + x)
    Flags       bool, (H, W) or (N,): whether something holds
    Labels      int32 (H, W): number of the part a pixel belongs to, 1 and up; 0 is no part
    Distances   float32 (H, W): px, Euclidean, between centres of pixels
    Matrix      float64 (3, 3) or (2, 3): what takes (x, y, 1) from one place to another, or one colour space to another
    Points      float (N, 2): x and y in px

No arrays, but where something lies
    Point       x and y in px
    Box         left, top, right and bottom in px, with fractions
    Bounds      left, top, right and bottom in whole px; right and bottom lie just outside
    Shape       rows and columns of an array
    Index       column and row of a tile in a mask
    Colour      red, green and blue, 0..255, sRGB
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
DeepPlane = npt.NDArray[np.uint16]
Alpha = npt.NDArray[np.float32]
Coverage = npt.NDArray[np.float32] | npt.NDArray[np.uint8]
Opacity = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Pixels8 = npt.NDArray[np.uint8]
ColourTile = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Colours = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

Real = npt.NDArray[np.float32]
Double = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]
Distances = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating]

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Bounds = tuple[int, int, int, int]
Shape = tuple[int, int]
Index = tuple[int, int]
Colour = tuple[int, int, int]

SameArray = TypeVar("SameArray", bound=npt.NDArray[Any])  # what comes out has the type of what went in
