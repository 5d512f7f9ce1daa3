"""Numbers as a user reads them: one way to say a share, everywhere."""

import re
from pathlib import Path

import pytest

from maskstudio.figures import percent

PACKAGE = Path(__file__).resolve().parents[1] / "maskstudio"
# What puts a sign after a number that is worked out: a format with "%" in it, or a field of an f-string before it.
SIGNED = re.compile(r":\.?\d*%\}|\} ?%[\"'{ ,.)]")


@pytest.mark.parametrize(
    ("share", "digits", "said"),
    [
        (0, 0, "0 %"), (0.5, 0, "50 %"), (0.996, 0, "100 %"), (1, 0, "100 %"), (12.5, 0, "1250 %"), (0.004, 0, "0 %"),
        (0.974, 1, "97.4 %"), (0.98, 1, "98 %"), (1, 1, "100 %"), (0, 1, "0 %"), (1 / 3, 2, "33.33 %"),
        (32, 2, "3200 %"), (0.125, 2, "12.5 %"), (0.1, 2, "10 %"),
    ],
)  # fmt: skip
def test_a_share_is_said_in_per_cent(share, digits, said):
    assert percent(share, digits) == said


def test_no_other_code_puts_a_sign_behind_a_number():
    found = [
        f"{file.relative_to(PACKAGE)}:{number}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.name != "figures.py"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if SIGNED.search(line)
    ]
    assert found == []
