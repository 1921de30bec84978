"""A table as an Excel workbook (ECMA-376), row by row: memory does not grow with the rows. Dates are dates, numbers are numbers, texts are never formulas."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from services.gateway.export.table import Cell, Style, Table
from services.gateway.export.xlsx_parts import FIXED, MAIN, OFFICE, XML

MOST_ROWS = 1_048_576
"""What one sheet holds."""

_DAY_ZERO = date(1899, 12, 30)  # counting in Excel's days, which take 1900 for a leap year; right from March 1900 on
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STYLES: dict[Style, int] = {"text": 0, "number": 1, "ratio": 2, "date": 3}
_TITLE, _HEAD, _DECIMALS = 4, 5, 6  # places in the styles of xlsx_parts


async def write_xlsx(table: Table, file: IO[bytes]) -> None:
    """Writes the whole table: title, headline, an empty line, the columns (they stay in view), the rows."""
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in FIXED.items():
            archive.writestr(name, XML + text)
        archive.writestr("xl/workbook.xml", _workbook(table.title))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            numbers = count(1)
            sheet.write((_opening(table) + "".join(_top(table, numbers))).encode())
            styles = [_STYLES[column.style] for column in table.columns]
            async for page in table.pages:
                sheet.write("".join(_row(next(numbers), row, styles) for row in page).encode())
            sheet.write(b"</sheetData></worksheet>")


def _workbook(title: str) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", _clean(title))[:31] or "1"
    return f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>'


def _opening(table: Table) -> str:
    top = len(table.headline) + 3
    widths = "".join(f'<col min="{at}" max="{at}" width="{column.width}" customWidth="1"/>' for at, column in enumerate(table.columns, 1))
    pane = f'<pane ySplit="{top}" topLeftCell="A{top + 1}" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'{XML}<worksheet xmlns="{MAIN}">{view}<cols>{widths}</cols><sheetData>'


def _top(table: Table, numbers: Iterator[int]) -> Iterator[str]:
    yield _row(next(numbers), [table.title], [_TITLE])
    for word, said in table.headline:
        yield _row(next(numbers), [word, said], [0, _STYLES["date"] if isinstance(said, date) else 0])
    next(numbers)
    yield _row(next(numbers), [column.title for column in table.columns], [_HEAD] * len(table.columns))


def _row(number: int, cells: Sequence[Cell], styles: Sequence[int]) -> str:
    return f'<row r="{number}">' + "".join(_cell(cell, style) for cell, style in zip(cells, styles, strict=True)) + "</row>"


def _cell(cell: Cell, style: int) -> str:
    shown = f' s="{style}"' if style else ""
    if cell is None or cell == "":
        return f"<c{shown}/>"
    if isinstance(cell, date):
        return f"<c{shown}><v>{(cell - _DAY_ZERO).days}</v></c>"
    if isinstance(cell, str):
        return f'<c{shown} t="inlineStr"><is><t xml:space="preserve">{escape(_clean(cell))}</t></is></c>'
    if style == _STYLES["number"] and cell != int(cell):
        shown = f' s="{_DECIMALS}"'
    return f"<c{shown}><v>{cell}</v></c>"


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
