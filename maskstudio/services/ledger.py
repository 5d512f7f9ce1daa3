"""The ledger: which work services were asked for and what it cost, in a small database in the user's folder.

A line is written before work that costs money is requested, so that a crash cannot hide a payment. It holds no picture,
no file name and no key. Until a result has arrived, its line also says where the result is stored and what it is for.
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
_GLANCE = 1.0  # seconds that a reader waits for another program
_FORGOTTEN = 30 * 86400  # seconds after which no service keeps a result
PAYMENT = "payment"  # the operation of a line that records the payment for a token


def voucher_of(token: str) -> str:
    """A short hash that identifies a paying token without revealing it: 32 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of work: ``state`` is "agreed", "sent", "done", "failed" or "unclear"; money is in USD, None if
    unknown.

    ``remote`` is the service's name for it. Until the result has arrived, ``lies`` says where it is stored and
    ``errand`` what it is for; otherwise both are empty.
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
        """Whether there is a result to fetch."""
        return bool(self.lies) and self.state != "failed"


class Ledger:
    """The lines in a file. Safe to use from any thread, and by several programs at once. Raises CannotWrite."""

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
        """Record that the user agreed to a piece of work. Raises CapReached if it would exceed this month's ``cap``.

        Work that was agreed to and is not finished counts too, so that parallel jobs cannot exceed the cap together.
        ``errand`` says what the work is for (plain JSON), ``voucher`` what it is paid with (see `prepaid`). Raises
        NotAgreed for work that was sent already.
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
        """Record the state of a piece of work, and where its result will be stored, before anything else happens."""
        with self._opened() as base, base:
            base.execute(
                "UPDATE spent SET state = ?, amount = COALESCE(?, amount), remote = COALESCE(NULLIF(?, ''), remote), "
                "lies = COALESCE(NULLIF(?, ''), lies) WHERE id = ?",
                (state, amount, remote, _dumped(lies), identity),
            )
            if state == "failed":
                base.execute("UPDATE spent SET lies = '', errand = '' WHERE id = ?", (identity,))

    def keep(self, identity: str, lies: Mapping[str, str]) -> None:
        """Record where the result of a piece of work is stored."""
        with self._opened() as base, base:
            base.execute("UPDATE spent SET lies = ? WHERE id = ?", (_dumped(lies), identity))

    def got(self, identity: str) -> None:
        """Forget where a result is stored: it has arrived, or is not wanted any more."""
        with self._opened() as base, base:
            base.execute("UPDATE spent SET lies = '', errand = '' WHERE id = ?", (identity,))

    def line(self, identity: str) -> Line | None:
        """The line with this id, or the only one whose id begins with it; None otherwise."""
        found = [line for line in self._lines("WHERE id LIKE ? || '%'", (_escaped(identity), 2)) if identity]
        return found[0] if len(found) == 1 else None

    def owed(self, most: int = 50) -> list[Line]:
        """The results that can be fetched, the newest first. Creates no ledger if there is none."""
        if not (self._path or paths.home() / "ledger.sqlite").exists():
            return []
        return self._lines("WHERE lies <> '' AND state <> 'failed'", (most,))

    def payment(self, service: str) -> Line | None:
        """The newest payment for a token of a service; None if there is none."""
        found = self._lines("WHERE operation = ? AND service = ? AND remote <> ''", (PAYMENT, service, 1))
        return found[0] if found else None

    def prepaid(self, voucher: str) -> bool:
        """Whether a call with this voucher is covered by a token whose payment is recorded here and not used up."""
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
        """Record that a payment yielded a token for this number of calls."""
        with self._opened() as base, base:
            base.execute(
                "UPDATE spent SET voucher = ?, errand = ? WHERE id = ?", (voucher, _dumped({"calls": calls}), identity)
            )

    def spent(self, service: str) -> float:
        """The USD spent at a service in this calendar month, including what may have been charged."""
        with self._opened(_GLANCE) as base:
            return _spent(base, service)

    def last_price(self, service: str, operation: str, model: str = "") -> float | None:
        """The last known cost of this operation with this model, in USD; None if unknown."""
        query = (
            "SELECT amount FROM spent WHERE service = ? AND operation = ? AND model = ? AND amount IS NOT NULL "
            "ORDER BY at DESC"
        )
        with self._opened(_GLANCE) as base:
            row = base.execute(query, (service, operation, model)).fetchone()
        return None if row is None else float(row[0])

    def lines(self, most: int = 200) -> list[Line]:
        """The newest ``most`` lines, the newest first."""
        return self._lines("", (most,))

    def _lines(self, where: str, values: tuple[object, ...]) -> list[Line]:
        query = f"SELECT {', '.join(Line.__slots__)} FROM spent {where} ORDER BY at DESC LIMIT ?"  # noqa: S608  the texts are our own
        with self._opened(_GLANCE) as base:
            rows = base.execute(query, values).fetchall()
        return [_line(row) for row in rows]

    @contextmanager
    def _opened(self, patience: float = 10.0) -> Iterator[sqlite3.Connection]:
        """Open the database, made complete if it is new or old. Raises CannotWrite if it cannot be used."""
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
    """Add the columns that a ledger of an earlier version lacks."""
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
    """``text`` without the wildcards of LIKE, which no id contains."""
    return text.replace("%", "").replace("_", "")


def _spent(base: sqlite3.Connection, service: str) -> float:
    now = time.localtime()
    start = time.mktime((now.tm_year, now.tm_mon, 1, 0, 0, 0, 0, 0, -1))
    # Work agreed, sent or unclear counts with its expected price until its cost is known; only failed work is free.
    query = "SELECT SUM(COALESCE(amount, expected, 0)) FROM spent WHERE state <> 'failed' AND service = ? AND at >= ?"
    row = base.execute(query, (service, start)).fetchone()
    return float(row[0] or 0.0)
