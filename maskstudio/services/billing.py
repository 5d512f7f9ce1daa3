"""The cost of one errand, and the sentences about it: when it ends, when it is stopped, and when it fails."""

from dataclasses import dataclass, field

from maskstudio.errors import Cancelled, MaskStudioError, Unclear
from maskstudio.services import directory
from maskstudio.services.amounts import money

_FAR = 1.5  # times the announced price: the user did not agree to more


def until(service: str, at: float) -> float | None:
    """When a service deletes a result of the time ``at`` (both in seconds since 1970); None if it does not say."""
    kept = directory.SERVICES[service].kept if service in directory.SERVICES else None
    return None if kept is None else at + kept


@dataclass
class Bill:
    """``price`` is the announced price in USD, None if unknown; ``state`` and ``amount`` are as in the ledger.

    ``lies`` says where the result can be fetched again, in the service's terms; empty if it cannot.
    """

    service: str
    title: str
    price: float | None
    state: str = "agreed"
    amount: float | None = None
    lies: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether money was paid, or may have been."""
        return self.state in ("sent", "done", "unclear")

    @property
    def closing(self) -> str:
        """One sentence about the cost, for a job that has succeeded; may be empty."""
        if self.amount is not None:
            return f"It cost {money(self.amount)}." if self.amount else "It cost nothing more."
        return f"{self.title} does not say what it cost." if self.open else ""

    @property
    def stopped(self) -> str:
        """One sentence for a job that the user stopped: whether it may be charged nevertheless."""
        if not self.open:
            return "Stopped."
        return f"Stopped, but {self._charged}{self._again}."

    def closed(self, name: str) -> str:
        """One sentence for the case that the photo ``name`` was closed before its result arrived: how to get it."""
        return (
            f"{name} was closed before {self.title} had answered, but {self._charged}{self._again}: reopen the photo "
            "and press Fetch in the Jobs panel."
        )

    @property
    def beyond(self) -> str:
        """One sentence if far more was charged than announced; otherwise empty."""
        if self.price is None or self.amount is None or self.amount <= self.price * _FAR + 1e-9:
            return ""
        return (
            f"{self.title} charged {money(self.amount)} where {money(self.price)} was announced, so nothing more is "
            "sent there before you say so."
        )

    def told(self, error: MaskStudioError) -> MaskStudioError:
        """``error`` with a note on what it means for the user's money; unchanged if nothing can have been charged."""
        if not self.open:
            return error
        if isinstance(error, Cancelled):
            return Cancelled(self.stopped)
        # The text of Unclear already says that it may be charged.
        paid = "" if isinstance(error, Unclear) and self.state != "done" else f", but {self._charged}"
        return type(error)(f"{str(error).rstrip('.')}{paid}{self._again}.") if paid or self.lies else error

    @property
    def _charged(self) -> str:
        if self.state == "done":
            known = self.amount is not None
            return f"{money(self.amount or 0.0)} was paid for it" if known else "it was done and may be charged"
        return "it may be charged" + ("" if self.price is None else f" ({money(self.price)})")

    @property
    def _again(self) -> str:
        if not self.lies:
            return ""
        how_long = directory.service(self.service).kept_words
        return f"; its result can be fetched for {how_long}" if how_long else "; its result can be fetched later"
