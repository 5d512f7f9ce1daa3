"""The ledger: what was asked of services and what it cost, in a small database of the user's folder.

A line is written before work that costs money is asked for, so that a crash cannot hide a payment. It holds no
picture, no file name and no key.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from maskstudio import paths
from maskstudio.errors import CannotWrite, CapReached, NotAgreed

_TABLE = """CREATE TABLE IF NOT EXISTS spent (
    id TEXT PRIMARY KEY, at REAL NOT NULL, service TEXT NOT NULL, operation TEXT NOT NULL, state TEXT NOT NULL,
    expected REAL, amount REAL, remote TEXT NOT NULL DEFAULT '')"""
_GLANCE = 0.2  # seconds that somebody who only looks waits for another program


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of work: ``state`` is "agreed", "sent", "done", "failed" or "unclear"; money in USD, None if unknown.

    ``remote`` is the service's name for it, with which its result can be asked for.
    """

    id: str
    at: float
    service: str
    operation: str
    state: str
    expected: float | None
    amount: float | None
    remote: str


class Ledger:
    """The lines in a file. Safe to use from any thread, and by several programs at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def agree(self, identity: str, service: str, operation: str, expected: float | None, cap: float) -> None:
        """Write down that the user agreed to a piece of work; CapReached if it would go beyond this month's ``cap``.

        What was agreed and is not over yet counts, so that several at once cannot pass the cap together.
        """
        with self._opened() as base:
            base.execute("BEGIN IMMEDIATE")
            spent = _spent(base, service)
            if spent + (expected or 0.0) > cap + 1e-9 or (spent >= cap and expected is None):
                base.rollback()
                raise CapReached(
                    f"This would pass your monthly cap of USD {cap:.2f} (USD {spent:.2f} are spent); nothing was sent."
                )
            row = (identity, time.time(), service, operation, "agreed", expected)
            try:
                base.execute(
                    "INSERT INTO spent (id, at, service, operation, state, expected) VALUES (?,?,?,?,?,?)", row
                )
            except sqlite3.IntegrityError:
                raise NotAgreed("This was sent already; ask for it anew to send it again.") from None
            base.commit()

    def note(self, identity: str, state: str, amount: float | None, remote: str = "") -> None:
        """Write down how a piece of work stands, before anything else happens with it."""
        with self._opened() as base, base:
            base.execute(
                "UPDATE spent SET state = ?, amount = COALESCE(?, amount), remote = COALESCE(NULLIF(?, ''), remote) "
                "WHERE id = ?",
                (state, amount, remote, identity),
            )

    def spent(self, service: str) -> float:
        """What was spent at a service in this calendar month, USD, with what may have been."""
        with self._opened(_GLANCE) as base:
            return _spent(base, service)

    def last_price(self, service: str, operation: str) -> float | None:
        """What the same cost the last time, USD; None where that is not known."""
        query = "SELECT amount FROM spent WHERE service = ? AND operation = ? AND amount IS NOT NULL ORDER BY at DESC"
        with self._opened(_GLANCE) as base:
            row = base.execute(query, (service, operation)).fetchone()
        return None if row is None else float(row[0])

    def lines(self, most: int = 200) -> list[Line]:
        """The newest lines first."""
        names = "id, at, service, operation, state, expected, amount, remote"
        with self._opened(_GLANCE) as base:
            rows = base.execute(f"SELECT {names} FROM spent ORDER BY at DESC LIMIT ?", (most,)).fetchall()  # noqa: S608
        return [Line(*row) for row in rows]

    @contextmanager
    def _opened(self, patience: float = 10.0) -> Iterator[sqlite3.Connection]:
        path = self._path or paths.home() / "ledger.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(path, timeout=patience)) as base:
                base.execute("PRAGMA synchronous = FULL")
                base.execute(_TABLE)
                yield base
        except (OSError, sqlite3.Error) as error:
            raise CannotWrite(f"The ledger {path} cannot be written, so nothing is sent to a service.") from error


def _spent(base: sqlite3.Connection, service: str) -> float:
    now = time.localtime()
    start = time.mktime((now.tm_year, now.tm_mon, 1, 0, 0, 0, 0, 0, -1))
    # What was agreed, sent or left unclear counts as expected until its cost is known; only what failed was free.
    query = "SELECT SUM(COALESCE(amount, expected, 0)) FROM spent WHERE state <> 'failed' AND service = ? AND at >= ?"
    row = base.execute(query, (service, start)).fetchone()
    return float(row[0] or 0.0)
