"""What the tests of the functions for scripts share: small arrays, anything as input, and what a sentence is."""

import hypothesis.strategies as st
import numpy as np
from hypothesis.extra.numpy import arrays

SIDE = 12


def triple(kind=np.uint8, size=(SIDE, SIDE + 3)):
    """A bright subject on a dark wall with a mixed column of the middle; its trimap; and its true alpha."""
    alpha = np.zeros(size, np.float32)
    alpha[:, size[1] // 2 :] = 1
    alpha[:, size[1] // 2] = 0.5
    bright, dark = (np.array(colour) / 255 for colour in ((220, 200, 40), (20, 40, 90)))
    image = np.rint((alpha[..., None] * bright + (1 - alpha[..., None]) * dark) * np.iinfo(kind).max).astype(kind)
    trimap = np.where(alpha == 1, 255, 0).astype(np.uint8)
    trimap[:, size[1] // 2 - 1 : size[1] // 2 + 2] = 128
    return image, trimap, alpha


KINDS = [np.uint8, np.uint16, np.int8, np.int32, np.float16, np.float32, np.float64, np.bool_, np.complex64, ">u2"]
anything = st.one_of(
    st.none(),
    st.integers(-3, 300),
    st.text(max_size=3),
    st.lists(st.integers(0, 255), max_size=3),
    st.sampled_from(KINDS).flatmap(
        lambda kind: arrays(kind, st.lists(st.integers(0, 4), max_size=4).map(tuple)),
    ),
)
IMAGE, TRIMAP, ALPHA = triple()


def sentence(error):
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 300
