"""The ledger: what was asked of services and what it cost, in a small database of the user's folder.

A line is written before work that costs money is asked for, so that a crash cannot hide a payment. It holds no
picture, no file name and no key. Until a result has come home, the line also says where it lies and what it is of.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from maskstudio import paths
from maskstudio.errors import CannotWrite, CapReached, NotAgreed

_TABLE = """CREATE TABLE IF NOT EXISTS spent (
    id TEXT PRIMARY KEY, at REAL NOT NULL, service TEXT NOT NULL, operation TEXT NOT NULL, state TEXT NOT NULL,
    expected REAL, amount REAL, remote TEXT NOT NULL DEFAULT '')"""
# Columns that ledgers of earlier versions lack.
_ADDED = ("model", "lies", "errand", "voucher")
_GLANCE = 1.0  # seconds that somebody who only looks waits for another program
_FORGOTTEN = 30 * 86400  # seconds after which no service keeps a result
PAYMENT = "payment"  # the operation of a line for a token that calls are paid with


def voucher_of(token: str) -> str:
    """What tells a token that pays for calls apart from others and does not give it away: 32 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of work: ``state`` is "agreed", "sent", "done", "failed" or "unclear"; money in USD, None if unknown.

    ``remote`` is the service's name for it. ``lies`` says where a result lies that has not come home yet, and
    ``errand`` what it is of; both are empty otherwise.
    """

    id: str
    at: float
    service: str
    operation: str
    state: str
    expected: float | None
    amount: float | None
    remote: str
    model: str = ""
    lies: Mapping[str, str] = field(default_factory=dict)
    errand: Mapping[str, Any] = field(default_factory=dict)

    @property
    def charged(self) -> Literal["yes", "no", "maybe"]:
        """Whether it cost anything."""
        if self.state == "failed" or (self.state == "done" and self.amount == 0):
            return "no"
        return "yes" if self.state == "done" and self.amount is not None else "maybe"

    @property
    def owed(self) -> bool:
        """Whether there is a result to be fetched."""
        return bool(self.lies) and self.state != "failed"


class Ledger:
    """The lines in a file. Safe to use from any thread, and by several programs at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def agree(
        self,
        identity: str,
        service: str,
        operation: str,
        expected: float | None,
        cap: float,
        *,
        model: str = "",
        errand: Mapping[str, Any] | None = None,
        voucher: str = "",
    ) -> None:
        """Write down that the user agreed to a piece of work; CapReached if it would go beyond this month's ``cap``.

        What was agreed and is not over yet counts, so that several at once cannot pass the cap together. ``errand``
        says what it is of (plain JSON), ``voucher`` what it is paid with (see `prepaid`).
        """
        with self._opened() as base:
            base.execute("BEGIN IMMEDIATE")
            spent = _spent(base, service)
            if spent + (expected or 0.0) > cap + 1e-9 or (spent >= cap and expected is None):
                base.rollback()
                raise CapReached(
                    f"This would pass your monthly cap of USD {cap:.2f} (USD {spent:.2f} are spent); nothing was sent."
                )
            row = (identity, time.time(), service, operation, "agreed", expected, model, _dumped(errand), voucher)
            names = "id, at, service, operation, state, expected, model, errand, voucher"
            try:
                base.execute(f"INSERT INTO spent ({names}) VALUES (?,?,?,?,?,?,?,?,?)", row)  # noqa: S608
                base.execute(
                    "UPDATE spent SET lies = '', errand = '' WHERE at < ? AND errand <> ''", (time.time() - _FORGOTTEN,)
                )
            except sqlite3.IntegrityError:
                raise NotAgreed("This was sent already; ask for it anew to send it again.") from None
            base.commit()

    def note(
        self, identity: str, state: str, amount: float | None, remote: str = "", lies: Mapping[str, str] | None = None
    ) -> None:
        """Write down how a piece of work stands, and where its result will lie, before anything else happens."""
        with self._opened() as base, base:
            base.execute(
                "UPDATE spent SET state = ?, amount = COALESCE(?, amount), remote = COALESCE(NULLIF(?, ''), remote), "
                "lies = COALESCE(NULLIF(?, ''), lies) WHERE id = ?",
                (state, amount, remote, _dumped(lies), identity),
            )
            if state == "failed":
                base.execute("UPDATE spent SET lies = '', errand = '' WHERE id = ?", (identity,))

    def keep(self, identity: str, lies: Mapping[str, str]) -> None:
        """Write down where the result of a piece of work lies."""
        with self._opened() as base, base:
            base.execute("UPDATE spent SET lies = ? WHERE id = ?", (_dumped(lies), identity))

    def got(self, identity: str) -> None:
        """The result has come home, or is not wanted any more: where it lay is forgotten."""
        with self._opened() as base, base:
            base.execute("UPDATE spent SET lies = '', errand = '' WHERE id = ?", (identity,))

    def line(self, identity: str) -> Line | None:
        """The line whose id is, or alone begins with, ``identity``."""
        found = [line for line in self._lines("WHERE id LIKE ? || '%'", (_escaped(identity), 2)) if identity]
        return found[0] if len(found) == 1 else None

    def owed(self, most: int = 50) -> list[Line]:
        """What may be fetched, the newest first. Makes no ledger where there is none."""
        if not (self._path or paths.home() / "ledger.sqlite").exists():
            return []
        return self._lines("WHERE lies <> '' AND state <> 'failed'", (most,))

    def payment(self, service: str) -> Line | None:
        """The newest payment for a token of a service."""
        found = self._lines("WHERE operation = ? AND service = ? AND remote <> ''", (PAYMENT, service, 1))
        return found[0] if found else None

    def prepaid(self, voucher: str) -> bool:
        """Whether a call paid with this voucher was paid for here before, as a token's payment was."""
        if not voucher:
            return False
        with self._opened(_GLANCE) as base:
            paid = base.execute(
                "SELECT errand FROM spent WHERE operation = ? AND voucher = ? AND state IN ('sent', 'done', 'unclear')",
                (PAYMENT, voucher),
            ).fetchone()
            used = base.execute(
                "SELECT COUNT(*) FROM spent WHERE operation <> ? AND voucher = ? AND state <> 'failed'",
                (PAYMENT, voucher),
            ).fetchone()
        calls = _parsed(paid[0]).get("calls") if paid else 0
        return bool(paid) and int(used[0]) < (calls if isinstance(calls, int) else 1)

    def vouch(self, identity: str, voucher: str, calls: int) -> None:
        """A payment yielded what pays so many calls."""
        with self._opened() as base, base:
            base.execute(
                "UPDATE spent SET voucher = ?, errand = ? WHERE id = ?", (voucher, _dumped({"calls": calls}), identity)
            )

    def spent(self, service: str) -> float:
        """What was spent at a service in this calendar month, USD, with what may have been."""
        with self._opened(_GLANCE) as base:
            return _spent(base, service)

    def last_price(self, service: str, operation: str, model: str = "") -> float | None:
        """What the same cost with the same model the last time, USD; None where that is not known."""
        query = (
            "SELECT amount FROM spent WHERE service = ? AND operation = ? AND model = ? AND amount IS NOT NULL "
            "ORDER BY at DESC"
        )
        with self._opened(_GLANCE) as base:
            row = base.execute(query, (service, operation, model)).fetchone()
        return None if row is None else float(row[0])

    def lines(self, most: int = 200) -> list[Line]:
        """The newest lines first."""
        return self._lines("", (most,))

    def _lines(self, where: str, values: tuple[object, ...]) -> list[Line]:
        query = f"SELECT {', '.join(Line.__slots__)} FROM spent {where} ORDER BY at DESC LIMIT ?"  # noqa: S608  the texts are our own
        with self._opened(_GLANCE) as base:
            rows = base.execute(query, values).fetchall()
        return [_line(row) for row in rows]

    @contextmanager
    def _opened(self, patience: float = 10.0) -> Iterator[sqlite3.Connection]:
        path = self._path or paths.home() / "ledger.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(path, timeout=patience)) as base:
                base.execute("PRAGMA synchronous = FULL")
                base.execute(_TABLE)
                _complete(base)
                yield base
        except (OSError, sqlite3.Error) as error:
            raise CannotWrite(f"The ledger {path} cannot be written, so nothing is sent to a service.") from error


def _line(row: tuple[Any, ...]) -> Line:
    values = dict(zip(Line.__slots__, row, strict=True))
    return Line(**values | {name: _parsed(values[name]) for name in ("lies", "errand")})


def _complete(base: sqlite3.Connection) -> None:
    """Give a ledger of an earlier version the columns it lacks."""
    lacking = set(_ADDED) - {row[1] for row in base.execute("PRAGMA table_info(spent)")}
    for name in sorted(lacking):
        with suppress(sqlite3.OperationalError):  # another program was faster
            base.execute(f"ALTER TABLE spent ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")


def _dumped(value: Mapping[str, Any] | None) -> str:
    return json.dumps(dict(value)) if value else ""


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _escaped(text: str) -> str:
    """``text`` without what LIKE takes for more than itself; no id holds such letters."""
    return text.replace("%", "").replace("_", "")


def _spent(base: sqlite3.Connection, service: str) -> float:
    now = time.localtime()
    start = time.mktime((now.tm_year, now.tm_mon, 1, 0, 0, 0, 0, 0, -1))
    # What was agreed, sent or left unclear counts as expected until its cost is known; only what failed was free.
    query = "SELECT SUM(COALESCE(amount, expected, 0)) FROM spent WHERE state <> 'failed' AND service = ? AND at >= ?"
    row = base.execute(query, (service, start)).fetchone()
    return float(row[0] or 0.0)
