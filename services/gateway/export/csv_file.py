"""A table as CSV that Excel and WPS open as it is meant: UTF-8 with its mark, RFC 4180, no text that they would take for a formula."""

import csv
import io
from typing import IO

from services.gateway.export.table import Cell, Table

_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def write_csv(table: Table, file: IO[bytes]) -> None:
    """Writes the whole table: the headline as lines of two cells, an empty line, the columns, the rows."""
    file.write(_MARK.encode())
    file.write(_lines([[table.title], *table.headline, [], [column.title for column in table.columns]]))
    async for page in table.pages:
        file.write(_lines(page))


def _lines(rows: object) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)  # type: ignore[attr-defined]  # any rows of cells
    return text.getvalue().encode()


def _safe(cell: Cell) -> Cell:
    """A text that begins like a formula gets an apostrophe, so that it stays a text; numbers are numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
