"""The published figures of a place: what was printed, and the question that must give it again."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from deploy.demo.matching import Match, Printed
from deploy.demo.replay import read_file


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One printed figure. The live number is the metric's value divided by `divide` (minutes to hours, fen to yuan)."""

    id: str
    row: str  # of the catalogue of systems
    phrase: str  # as printed
    published: int | float
    match: Match
    metric: str
    query: dict[str, Any] = {}
    divide: int = 1
    unit: str | None = None  # of the printed number, where it is not the metric's
    precision: float | None = None
    low: float | None = None
    high: float | None = None
    cut: int | float | None = None  # what a cut replay is compared with in place of the printed number

    @property
    def printed(self) -> Printed:
        """The number as it is to be read."""
        return Printed(self.match, _exact(self.published), precision=_maybe(self.precision), low=_maybe(self.low), high=_maybe(self.high))

    def live(self, value: int | Decimal | None) -> Decimal | None:
        """The metric's value in the printed number's unit."""
        return None if value is None else Decimal(value) / self.divide


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place's article and its figures."""

    place: str
    names: dict[str, str]
    article: str
    cut_off: date
    figures: list[Figure]
    scope: dict[str, str] = {}  # the part of every question that keeps other places' things out; a question with an area or an organisation has its own
    periods: dict[str, Any] = {}  # named here so that figures may share them

    def question(self, figure: Figure) -> dict[str, Any]:
        """What to ask for a figure; a number that is so by decision is asked without a place."""
        bounded = figure.match == "constant" or {"area", "org"} & figure.query.keys()
        return figure.query if bounded else {**self.scope, **figure.query}


def load_article(catalogue: Path, place: str, *, cut: bool = False) -> Article:
    """The published figures of a place; UnknownPlaceError, or what is wrong in the file. With `cut`, those that a cut replay can give, and it says so."""
    article = msgspec.convert(read_file(catalogue, place, "figures.yaml"), Article)
    return msgspec.structs.replace(article, figures=[_cut(figure) for figure in article.figures]) if cut else article


def _cut(figure: Figure) -> Figure:
    if figure.cut is None:
        return figure
    return msgspec.structs.replace(figure, published=figure.cut, phrase=f"{figure.phrase} (cut replay: {figure.cut} in place of {figure.published})")


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def _maybe(value: float | None) -> Decimal | None:
    return None if value is None else _exact(value)
