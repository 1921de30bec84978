"""What is taken away is what the screen and the API say: files are fetched by the links of the page and read by other means than they were written with."""

import asyncio
import csv
import xml.etree.ElementTree as Xml
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Stage
from tests.browser.pages import Opener
from tests.browser.test_drill import items
from tests.browser.world import COVERED, GRIDS, UNITS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def taken(page: Page, file_format: str, folder: Path) -> Path:
    """Presses the link and keeps the file."""
    async with page.expect_download() as waiting:
        await page.locator(f"a[href*='format={file_format}']").click()
    path = folder / (await waiting.value).suggested_filename
    await (await waiting.value).save_as(path)
    return path


def read(path: Path) -> list[list[str]]:
    """The rows of a file, as texts."""
    if path.suffix == ".csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "the mark that Excel looks for"
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        sheet = Xml.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{MAIN}row")]


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
async def test_a_list_taken_away_has_the_rows_of_the_api(stage: Stage, visit: Opener, tmp_path: Path, file_format: str) -> None:
    page = await visit(f"{stage.address}/desk/metric/units.coverage/items?area={stage.world.root}&in=den&not_in=num")
    path = await taken(page, file_format, tmp_path)
    rows = await asyncio.to_thread(read, path)
    told = await asyncio.to_thread(items, stage, "units.coverage", **{"in": "den", "not_in": "num"})

    keys = [item["key"] for item in told]
    assert [row[0] for row in rows if row and row[0].startswith("district:") and len(row) > 2] == keys
    assert len(keys) == UNITS - COVERED
    assert any("units.coverage" in cell for row in rows[: len(rows) - len(keys)] for cell in row), "it says what it is"


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
async def test_a_split_taken_away_adds_up_to_the_figure(stage: Stage, visit: Opener, tmp_path: Path, file_format: str) -> None:
    page = await visit(f"{stage.address}/desk/metric/units?area={stage.world.root}&by=area:grid")
    rows = await asyncio.to_thread(read, await taken(page, file_format, tmp_path))

    grids = [row for row in rows if any(f"{stage.world.root}-g" in cell for cell in row)]
    assert len(grids) == GRIDS
    numbers = [{int(cell) for cell in row if cell.isdecimal() and len(cell) < 4} for row in grids]
    assert all(len(one) == 1 for one in numbers), grids
    assert sum(one.pop() for one in numbers) == UNITS
