"""What a file holds, whichever format it has: a headline, columns, rows."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

Cell = str | int | float | date | None

Style = Literal["text", "number", "ratio", "date"]


class Column(NamedTuple):
    """One column. `width` in characters of a sheet."""

    title: str
    style: Style = "text"
    width: int = 14


class Table(NamedTuple):
    """`headline`: pairs of a word and what it says, told above the columns. The rows come in pages and are read once."""

    title: str
    headline: Sequence[tuple[str, Cell]]
    columns: Sequence[Column]
    pages: AsyncIterator[Sequence[Sequence[Cell]]]
