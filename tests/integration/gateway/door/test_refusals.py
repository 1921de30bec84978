"""The list of refused events, read from the log as the gateway's own role."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import pytest_asyncio

from services.gateway.refusals import Refusals
from services.kernel.contracts.commands import Command
from services.kernel.errors import Code, RefusedError, problem
from services.kernel.inbox.inbox import Refused, keep_refused, remember
from services.kernel.postgres.database import Database
from tests.support.postgres import as_role


@pytest_asyncio.fixture
async def refusals(database_dsn: str) -> AsyncIterator[Refusals]:
    gateway = await Database.connect(as_role(database_dsn, "gateway"), name="test")
    yield Refusals(gateway)
    await gateway.close()


async def keep(database: Database, *names: tuple[str, str], code: Code = Code.CONFLICT) -> None:
    async with database.transaction() as connection:
        await keep_refused(connection, [Refused(source, id_, problem(code, "told before"), b'{"id": "x"}') for source, id_ in names], "members")


async def accept(database: Database, source: str, id_: str) -> None:
    moment = datetime(2019, 1, 1, tzinfo=UTC)
    command = Command(source, id_, "t", "unit", "registered", "unit/d:1", moment, None, {}, b"c", b"{}", {}, "d", foreign=False)
    async with database.transaction() as connection:
        await remember(connection, [command], "members")


async def test_pages_list_every_refusal_once_the_last_first(database: Database, refusals: Refusals) -> None:
    for batch in range(4):
        await keep(database, *[("s", f"{batch}-{n}") for n in range(3)])

    seen: list[str] = []
    cursor = None
    while True:
        page = await refusals.page(["s"], None, cursor, 2)
        seen += [item.id for item in page.items]
        if (cursor := page.next) is None:
            break

    assert seen == [f"{batch}-{n}" for batch in (3, 2, 1, 0) for n in range(3)]


async def test_only_the_asked_sources_and_code_are_listed(database: Database, refusals: Refusals) -> None:
    await keep(database, ("a", "1"), ("b", "2"))
    await keep(database, ("a", "3"), code=Code.TOO_EARLY)

    assert {item.id for item in (await refusals.page(None, None, None, 10)).items} == {"1", "2", "3"}
    assert {item.id for item in (await refusals.page(["a"], None, None, 10)).items} == {"1", "3"}
    assert {item.id for item in (await refusals.page(["a", "b"], "conflict", None, 10)).items} == {"1", "2"}


async def test_a_refusal_carries_its_reason_how_often_and_whether_it_was_accepted_later(database: Database, refusals: Refusals) -> None:
    await keep(database, ("a", "1"), ("a", "2"))
    await keep(database, ("a", "1"), code=Code.TOO_EARLY)
    await accept(database, "a", "1")

    items = {item.id: item for item in (await refusals.page(None, None, None, 10)).items}

    assert (items["1"].count, items["1"].code, items["1"].accepted_later) == (2, "too-early", True)
    assert (items["2"].count, items["2"].accepted_later) == (1, False)
    assert msgspec.json.decode(items["1"].problem)["code"] == "too-early"
    assert msgspec.json.decode(items["1"].event) == {"id": "x"}
    assert items["1"].first_at <= items["1"].last_at <= datetime.now(UTC) + timedelta(seconds=5)
    assert await refusals.counts() == {"a": 1}


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "éé", "WzEsMiwzXQ"])
async def test_a_cursor_that_was_never_given_is_invalid(refusals: Refusals, cursor: str) -> None:
    with pytest.raises(RefusedError) as caught:
        await refusals.page(None, None, cursor, 10)

    assert caught.value.problem.code == "invalid"
