"""Files to take away, read back by other means than they were written with."""

import asyncio
import csv
import io
import tracemalloc
import xml.etree.ElementTree as Xml
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.export.csv_file import write_csv
from services.gateway.export.filling import Teller
from services.gateway.export.table import Cell, Column, Table
from services.gateway.export.words import WORDS, language_of
from services.gateway.export.xlsx_file import write_xlsx
from services.kernel.catalogue.load import load

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COLUMNS = [Column("编号"), Column("数", "number"), Column("率", "ratio"), Column("日期", "date")]


def table(*rows: Sequence[Cell]) -> Table:
    async def pages() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        for row in rows:
            yield [row]

    return Table("新立事项数", [("指标编号", "cases.opened"), ("时点", date(2024, 5, 31))], COLUMNS, pages())


def as_xlsx(of: Table) -> bytes:
    file = io.BytesIO()
    asyncio.run(write_xlsx(of, file))
    return file.getvalue()


def rows_of(workbook: bytes) -> list[list[tuple[str, str]]]:
    """Each cell as (its type or style, its text), by a plain XML parser."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            Xml.fromstring(archive.read(name))
        sheet = Xml.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    found = []
    for row in sheet.iter(f"{MAIN}row"):
        cells = [(cell.get("t") or cell.get("s") or "", "".join(cell.itertext())) for cell in row]
        found.append(cells)
    return found


def test_a_workbook_has_real_numbers_and_real_days() -> None:
    rows = rows_of(as_xlsx(table(["zhuhai:c-1", 307, 0.25, date(2019, 6, 28)])))

    assert rows[-1] == [("inlineStr", "zhuhai:c-1"), ("1", "307"), ("2", "0.25"), ("3", "43644")]
    assert date(1900, 3, 1) + timedelta(days=43644 - 61) == date(2019, 6, 28), "the number Excel has for that day, counted from one it has right"


def test_whole_numbers_are_written_without_decimals_and_others_with() -> None:
    # Excel shows "#,##0.##" of 1 as "1.": each number needs the format of its own.
    written = rows_of(as_xlsx(table(["a", 1, None, None], ["b", 1.5, None, None])))
    assert [row[1] for row in written if row[0][1] in {"a", "b"}] == [("1", "1"), ("6", "1.5")]


def test_what_was_asked_and_what_a_thing_is_like_stand_there_in_words() -> None:
    catalogue = load(Path("catalogue"))
    kind = next(one for one in catalogue.kinds.values() if one.family == "case" and one.states)
    teller = Teller(catalogue, {"area/z:d": "示范区"}, "zh")
    assert teller.asked([("area", "z:d"), ("kind", kind.id), ("from", "2024-01-01")]) == f"区域 示范区; 类别 {kind.names.zh}; 自 2024-01-01"
    assert teller.dimension(kind.id, "state", kind.states[0].id).endswith(kind.states[0].names.zh)
    assert teller.dimension(kind.id, "nobody's", "value") == "nobody's: value"


def test_a_workbook_says_what_it_is_above_its_rows() -> None:
    rows = rows_of(as_xlsx(table()))

    assert [text for _, text in rows[0]] == ["新立事项数"]
    assert [text for _, text in rows[1]] == ["指标编号", "cases.opened"]
    assert rows[2][1] == ("3", "45443"), "the day it stands for is a day"
    assert [text for _, text in rows[3]] == ["编号", "数", "率", "日期"]


def test_a_text_is_never_a_formula() -> None:
    text = '=HYPERLINK("http://x","y")'
    plain = io.BytesIO()
    asyncio.run(write_csv(table([text, 1, 0.5, None]), plain))

    assert rows_of(as_xlsx(table([text, 1, 0.5, None])))[-1][0] == ("inlineStr", text)
    assert list(csv.reader(io.StringIO(plain.getvalue().decode("utf-8-sig"))))[-1] == [f"'{text}", "1", "0.5", ""]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=4))
def test_any_text_comes_back_from_a_workbook_less_what_xml_cannot_hold(texts: list[str]) -> None:
    rows = rows_of(as_xlsx(table(*([text, None, None, None] for text in texts))))

    told = [row[0][1] for row in rows[4:]]
    printable = ["".join(c for c in text if c >= " " or c in "\t\n\r").replace("\ufffe", "").replace("\uffff", "") for text in texts]
    assert told == [text.replace("\r\n", "\n").replace("\r", "\n") for text in printable]


def test_a_csv_begins_with_the_mark_that_excel_looks_for() -> None:
    file = io.BytesIO()
    asyncio.run(write_csv(table(["网格，一", -3, 1, None]), file))

    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert lines[0] == ["新立事项数"]
    assert lines[-1] == ["网格，一", "-3", "1", ""], "a negative number is no formula"


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        class Nowhere(io.RawIOBase):
            def writable(self) -> bool:
                return True

            def write(self, data: object) -> int:
                return len(data)  # type: ignore[arg-type]

        async def pages() -> AsyncIterator[Sequence[Sequence[Cell]]]:
            for start in range(0, count, 500):
                yield [[f"zhuhai:c-{start + n}", n, 0.5, date(2024, 1, 1)] for n in range(500)]

        tracemalloc.start()
        asyncio.run(write_xlsx(Table("t", [], COLUMNS, pages()), Nowhere()))  # type: ignore[arg-type]
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(1_000), peak(20_000)
    assert many < few * 1.5 + 200_000


def test_the_language_is_the_one_asked_for_then_the_one_accepted() -> None:
    assert language_of("en", "zh-CN") == "en"
    assert language_of(None, "fr-FR,en-GB;q=0.8,zh;q=0.5") == "en"
    assert language_of("xx", "zh-CN,en") == "zh"
    assert language_of(None, "") == "zh"


def test_every_word_is_there_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in WORDS.values())
