"""Damaged masks are mended in few clicks, and nothing changes beside the mended parts."""

import numpy as np

from tests.bench.damage import WAYS, pairs
from tests.bench.repair_table import repair


def test_a_median_of_three_clicks_mends_nine_of_ten_damages_and_changes_nothing_beside(shared_data):
    photos = list(pairs(shared_data))[1::2]  # the half that nothing was tuned on
    for way in WAYS:
        runs = [run for run in (repair(pair, way) for pair in photos) if run.clicks]
        assert sum(run.stray for run in runs) == 0
        assert np.median([run.clicks for run in runs]) <= (8 if way == "blocks" else 3), way
