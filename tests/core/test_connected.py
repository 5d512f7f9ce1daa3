"""Connected parts: those that are reached, and no others, however many are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label

from maskstudio.core.connected import joined

planes = arrays(np.bool_, (9, 12))


@pytest.mark.parametrize("neighbours", [4, 8])
@settings(max_examples=60)
@given(planes, st.one_of(planes, st.just(np.zeros((9, 12), np.bool_))))
def test_the_parts_that_hold_a_pixel_of_the_other_plane(neighbours, flags, to):
    labels, _ = label(flags, np.ones((3, 3)) if neighbours == 8 else None)
    expected = flags & np.isin(labels, labels[flags & to])
    found = joined(flags, to, neighbours)
    assert found.dtype == np.bool_
    np.testing.assert_array_equal(found, expected)
