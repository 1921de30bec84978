"""Whether a live number is what was printed, by the way it was printed."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Match = Literal["equal", "at_least", "at_most", "above", "below", "about", "constant", "rounded", "between"]

ABOUT = Decimal("0.05")
"""What about means: within this part of the printed number."""


class Printed:
    """A printed number and how it is to be read. `precision` is the worth of its last printed place; `low` and `high` bound a range, both included."""

    def __init__(self, match: Match, published: Decimal, *, precision: Decimal | None = None, low: Decimal | None = None, high: Decimal | None = None) -> None:
        if match == "rounded" and precision is None:
            raise ValueError("rounded needs a precision: the worth of the last printed place")
        if match == "between" and (low is None or high is None):
            raise ValueError("between needs low and high")
        self.match = match
        self.published = published
        self.precision = precision
        self.low = low
        self.high = high

    def holds(self, live: Decimal | None) -> bool:  # noqa: PLR0911 - one answer for each way of reading
        """Whether the live number keeps to what was printed; without a number nothing holds."""
        if live is None:
            return False
        match self.match:
            case "equal" | "constant":
                return live == self.published
            case "at_least":
                return live >= self.published
            case "at_most":
                return live <= self.published
            case "above":
                return live > self.published
            case "below":
                return live < self.published
            case "about":
                return abs(live - self.published) <= ABOUT * abs(self.published)
            case "rounded":
                assert self.precision is not None
                return rounded(live, self.precision) == self.published
            case "between":
                assert self.low is not None
                assert self.high is not None
                return self.low <= live <= self.high


def rounded(value: Decimal, precision: Decimal) -> Decimal:
    """The nearest multiple of the precision; halves go up, as in print."""
    return (value / precision).quantize(Decimal(1), ROUND_HALF_UP) * precision
