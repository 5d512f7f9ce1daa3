"""How one errand stands with money, and what is said of that: at its end, when it is stopped, when it goes wrong."""

from dataclasses import dataclass, field

from maskstudio.errors import Cancelled, MaskStudioError, Unclear
from maskstudio.services import directory
from maskstudio.services.amounts import money

_FAR = 1.5  # times the price announced: more is not what the user agreed to


def until(service: str, at: float) -> float | None:
    """Until when a service keeps a result of that time (seconds since 1970); None where it does not say."""
    kept = directory.SERVICES[service].kept if service in directory.SERVICES else None
    return None if kept is None else at + kept


@dataclass
class Bill:
    """``price`` was announced, in USD, None where it was not known; ``state`` and ``amount`` are the ledger's words.

    ``lies`` says where the result can be fetched again, as the service put it; empty where it cannot.
    """

    service: str
    title: str
    price: float | None
    state: str = "agreed"
    amount: float | None = None
    lies: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether money has left, or may have."""
        return self.state in ("sent", "done", "unclear")

    @property
    def closing(self) -> str:
        """What a job that did its work says of its price, one sentence."""
        if self.amount is not None:
            return f"It cost {money(self.amount)}." if self.amount else "It cost nothing more."
        return f"{self.title} does not say what it cost." if self.open else ""

    @property
    def stopped(self) -> str:
        """What is said where the user stops it: whether it may be charged all the same."""
        if not self.open:
            return "Stopped."
        return f"Stopped, but {self._charged}{self._again}."

    def closed(self, name: str) -> str:
        """What is said where the photo called ``name`` was closed before its result came: how it can be had."""
        return (
            f"{name} was closed before {self.title} had answered, but {self._charged}{self._again}: reopen the photo "
            "and press Fetch in the Jobs panel."
        )

    @property
    def beyond(self) -> str:
        """One sentence where far more was charged than announced; empty otherwise."""
        if self.price is None or self.amount is None or self.amount <= self.price * _FAR + 1e-9:
            return ""
        return (
            f"{self.title} charged {money(self.amount)} where {money(self.price)} was announced, so nothing more is "
            "sent there before you say so."
        )

    def told(self, error: MaskStudioError) -> MaskStudioError:
        """``error`` with what it means for the user's money; one that may cost nothing stays as it is."""
        if not self.open:
            return error
        if isinstance(error, Cancelled):
            return Cancelled(self.stopped)
        # One that is Unclear says itself that it may be charged.
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
