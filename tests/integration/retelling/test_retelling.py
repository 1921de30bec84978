"""A kind's dimension changes; the log is told again under the new catalogue, compared, switched, and the figures are by the new dimension."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.activities.retell import parts as activities_parts
from services.cases.retell import parts as cases_parts
from services.kernel.catalogue import Catalogue, load
from services.kernel.postgres.database import Database
from services.kernel.retelling.conducting import ROOMS, Conductor, Moved
from services.kernel.retelling.room import Parts, tell_again
from services.kernel.retelling.telling import NoRetellingError, Told
from services.kernel.versions.activate import offer
from services.kernel.versions.fetched import FetchSettings, fetch
from services.kernel.versions.stored import read_active
from services.kernel.versions.watch import OtherCatalogueError, VersionWatch
from services.members.retell import parts as members_parts
from services.metrics.rebuild import Rebuild
from services.metrics.recount.compare import compare_with_log
from services.metrics.recount.derive import compare_with_told
from tests.integration.writing.rooms import Rooms
from tests.support.postgres import as_role

PARTS: dict[str, Parts] = {"members": members_parts, "activities": activities_parts, "cases": cases_parts}
N = "names: {zh: 名, en: Name}"
STATES = f"[{{id: a, {N}, marks: [initial], to: [b]}}, {{id: b, {N}, marks: [resolved], to: [c]}}, {{id: c, {N}, marks: [resolved, final]}}]"
BEFORE = f"""
kinds:
  area.grid: {{{N}}}
  organisation.branch: {{{N}}}
  unit.shop:
    {N}
    attributes:
      size: {{type: integer, dimension: true, band: [10]}}
      trade: {{type: enum, values: [food, books]}}
  link.covers: {{{N}, from: [organisation], to: [unit]}}
  case:
    {N}
    states: {STATES}
  case.noise: {{{N}}}
  activity.lecture: {{{N}}}
  shift.patrol: {{{N}}}
"""
AFTER = (
    BEFORE.replace("trade: {type: enum, ", "trade: {type: enum, dimension: true, required: true, ")
    .replace("band: [10]", "band: [5, 10]")
    .replace("id: b, names: {zh: 名, en: Name}, marks: [resolved]", "id: b, names: {zh: 名, en: Name}, marks: []")
    .replace("shift.patrol: {", "shift.patrol: {unlinkable: true, ")
)


@pytest.fixture
def catalogues(tmp_path: Path) -> Callable[[str, str], tuple[Path, Catalogue]]:
    def made(name: str, text: str) -> tuple[Path, Catalogue]:
        folder = tmp_path / name / "common"
        folder.mkdir(parents=True)
        (folder / "kinds.yaml").write_text(text, encoding="utf-8")
        return folder.parent, load(folder.parent)

    return made


async def _activate(database: Database, folder: Path, catalogue: Catalogue) -> tuple[str, ...]:
    return (await offer(database, folder, catalogue)).to_retell


async def _tell_story(rooms: Rooms) -> None:
    """Shops of two sizes and trades, one changed late (which holds from its newest time); a link, a lecture with people, a patrol, two cases, one reopened in another state."""
    e = rooms.event
    told = await rooms.tell_all(
        e("area.defined", "2026-01-01", area="g", kind="grid"),
        e("organisation.established", "2026-01-01", organisation="o", kind="branch", area="g"),
        e("unit.registered", "2026-01-01", unit="u1", kind="shop", area="g", attributes={"size": 7, "trade": "food"}),
        e("unit.registered", "2026-01-02", unit="u2", kind="shop", area="g", attributes={"size": 12, "trade": "books"}),
        e("unit.registered", "2026-01-02", unit="u3", kind="shop", area="g", attributes={"size": 3}),
        e("link.set", "2026-01-03", link="l", kind="covers", from_="organisation/o", to="unit/u1"),
        e("activity.held", "2026-02-01", activity="a", kind="lecture", organisation="o", starts="2026-02-01T09:00:00+08:00"),
        e("attendance.recorded", "2026-02-01", attendance="t", activity="a", person="p-1"),
        e("shift.logged", "2026-02-02", shift="s", kind="patrol", person="p-1", organisation="o", starts="2026-02-02T09:00:00+08:00", minutes=30),
        e("case.opened", "2026-02-01", case="c1", kind="noise", organisation="o"),
        e("case.opened", "2026-02-02", case="c2", kind="noise", organisation="o"),
    )
    assert set(told) == {"accepted"}, told
    later = [
        await rooms.tell("unit.changed", "2026-03-01", unit="u1", attributes={"size": 11}),
        await rooms.tell("unit.changed", "2026-02-01", unit="u1", attributes={"trade": "books"}),
        await rooms.tell("unit.ended", "2026-03-05", unit="u2"),
        await rooms.tell("case.moved", "2026-02-03", case="c1", to="b"),
        await rooms.tell("case.moved", "2026-02-04", case="c1", to="c"),
        await rooms.tell("case.moved", "2026-02-03", case="c2", to="b"),
        await rooms.tell("activity.changed", "2026-03-01", activity="a", starts="2026-02-03T09:00:00+08:00"),
    ]
    assert set(later) == {"accepted"}, later


async def _tell_again(database: Database) -> dict[str, Told]:
    return {room: await tell_again(database, room, PARTS[room]) for room in ROOMS}


async def _shops(rooms: Rooms, day: str) -> Counter[str]:
    """Shops that stand on a day, by the dimensions of their rows, from the facts alone."""
    found: Counter[str] = Counter()
    for fact in await rooms.facts():
        for sign, name in ((-1, "was"), (1, "now")):
            for row in fact["data"][name]:
                full = [*row, *[None] * (10 - len(row))]
                if full[0] == "units" and full[5] <= day and (full[6] is None or day < full[6]):
                    found[json.dumps(full[4], sort_keys=True)] += sign
    return +found


async def _written_anew(database: Database, catalogue: Catalogue) -> None:
    """Both recounts: the tables against the facts, the facts against what was told."""
    async with database.transaction(isolation="repeatable_read") as connection:
        assert await compare_with_told(connection, catalogue) == []
        live = await compare_with_log(connection)
    assert live.differences == []
    assert live.events > 0


async def test_a_changed_dimension_is_told_again_and_nothing_differs(database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]) -> None:
    old_folder, old = catalogues("old", BEFORE)
    new_folder, new = catalogues("new", AFTER)
    await _activate(database, old_folder, old)
    rooms = Rooms(database, old)
    rooms.start()
    await _tell_story(rooms)
    assert (await Rebuild(database).run(accept=True)).switched
    assert await _shops(rooms, "2026-02-15") == {'{"size": "10+"}': 1, '{"size": "<10"}': 2}

    assert await _activate(database, new_folder, new) == ("case.noise", "shift.patrol", "unit.shop"), "the old one stays: there are facts of these kinds"
    conductor = Conductor(database)
    assert await conductor.begin(new_folder, new)
    first = await _tell_again(database)
    assert await rooms.tell("unit.registered", "2026-03-20", unit="u4", kind="shop", area="g", attributes={"size": 9, "trade": "food"}) == "accepted"
    moved = await conductor.compare()
    await conductor.close("it is told again")
    assert await rooms.tell("unit.ended", "2026-03-21", unit="u4") == "unavailable"
    second = await _tell_again(database)
    await conductor.switch()

    assert {room: told.refused for room, told in (first | second).items()} == dict.fromkeys(ROOMS, ())
    assert (sum(told.events for told in first.values()), sum(told.events for told in second.values())) == (18, 1)
    assert {(one.measure, one.go, one.come) for one in moved if one.kind == "unit.shop" and one.measure == "units"} == {("units", 4, 4)}
    assert Moved("cases", "cases.resolved", "case.noise", 2, 1) in moved, "a state that solves no more"
    assert not [one for one in moved if one.measure in ("areas", "organisations", "links", "attendance")]
    assert await _shops(rooms, "2026-02-15") == {'{"size": "10+", "trade": "books"}': 1, '{"size": "5-9", "trade": "food"}': 1, '{"size": "<5"}': 1}
    await rooms.stop()

    after = Rooms(database, new)
    after.start()
    assert await after.tell("unit.ended", "2026-03-21", unit="u4", id_="x1") == "accepted"
    assert (await Rebuild(database).run(accept=True)).switched
    await _written_anew(database, new)
    await after.stop()


async def test_people_keep_their_pseudonyms_and_an_unlinkable_kind_loses_them(database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]) -> None:
    (old_folder, old), (new_folder, new) = catalogues("old", BEFORE), catalogues("new", AFTER)
    await _activate(database, old_folder, old)
    rooms = Rooms(database, old)
    rooms.start()
    await _tell_story(rooms)
    before = {fact["subject"]: fact["data"].get("person") for fact in await rooms.facts() if "person" in fact["data"]}
    assert set(before) == {"attendance/t:t", "shift/t:s"}

    await Conductor(database).begin(new_folder, new)
    await _tell_again(database)
    await Conductor(database).switch()

    people = {fact["subject"]: fact["data"].get("person") for fact in await rooms.facts() if "person" in fact["data"]}
    assert people == {"attendance/t:t": before["attendance/t:t"]}
    told = [row["told"].decode() for row in await database.pool.fetch("SELECT told FROM log.fact WHERE subject = 'shift/t:s'")]
    assert not any("person" in one for one in told)
    await rooms.stop()


async def test_each_told_event_has_one_fact_in_the_new_log_in_the_same_order(database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]) -> None:
    (old_folder, old), (new_folder, new) = catalogues("old", BEFORE), catalogues("new", AFTER)
    await _activate(database, old_folder, old)
    rooms = Rooms(database, old)
    rooms.start()
    await _tell_story(rooms)
    order = "SELECT convert_from(body, 'UTF8')::jsonb ->> 'causationid' AS c FROM log.fact WHERE told IS NOT NULL ORDER BY topic, recorded, id"
    before = [row["c"] for row in await database.pool.fetch(order)]
    times = await database.pool.fetchval("SELECT array_agg(DISTINCT recorded ORDER BY recorded) FROM log.fact")

    await Conductor(database).begin(new_folder, new)
    await _tell_again(database)
    await Conductor(database).switch()

    assert [row["c"] for row in await database.pool.fetch(order)] == before
    assert await database.pool.fetchval("SELECT array_agg(DISTINCT recorded ORDER BY recorded) FROM log.fact") == times
    gaps = await database.pool.fetch("SELECT topic, partition, max(sequence) - count(*) AS g FROM log.fact GROUP BY 1, 2")
    assert {row["g"] for row in gaps} == {0}
    ends = "SELECT bool_and(n = coalesce((SELECT max(sequence) FROM log.fact AS f WHERE (f.topic, f.partition) = (c.topic, c.partition)), 0)) FROM log.counter AS c"
    assert await database.pool.fetchval(ends)
    envelopes = [json.loads(row["body"]) for row in await database.pool.fetch("SELECT body FROM log.fact")]
    assert {(one["sourceepoch"], one["catalogueversion"]) for one in envelopes} == {(2, new.version)}
    assert all(int(one["sequence"]) > 0 for one in envelopes)
    await rooms.stop()


async def test_an_abandoned_retelling_leaves_everything_as_it_was(database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]) -> None:
    (old_folder, old), (new_folder, new) = catalogues("old", BEFORE), catalogues("new", AFTER)
    await _activate(database, old_folder, old)
    rooms = Rooms(database, old)
    rooms.start()
    await _tell_story(rooms)
    facts = await rooms.facts()
    conductor = Conductor(database)

    await conductor.begin(new_folder, new)
    await _tell_again(database)
    await conductor.close("it is told again")
    await conductor.abandon()

    assert await rooms.facts() == facts
    assert await rooms.tell("unit.ended", "2026-03-21", unit="u1") == "accepted"
    with pytest.raises(NoRetellingError):
        await tell_again(database, "members", members_parts)
    assert await conductor.begin(new_folder, new), "and may be begun anew"
    await rooms.stop()


async def test_there_is_no_switch_before_the_last_fact_was_told(database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]) -> None:
    (old_folder, old), (new_folder, new) = catalogues("old", BEFORE), catalogues("new", AFTER)
    await _activate(database, old_folder, old)
    rooms = Rooms(database, old)
    rooms.start()
    await _tell_story(rooms)
    await Conductor(database).begin(new_folder, new)
    await _tell_again(database)
    await rooms.tell("unit.ended", "2026-03-21", unit="u1")

    with pytest.raises(Exception, match="not told again yet"):
        await Conductor(database).switch()
    await rooms.stop()


async def test_what_has_no_place_under_the_new_catalogue_is_named(database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]) -> None:
    old_folder, old = catalogues("old", BEFORE)
    gone = BEFORE.replace(f"  case:\n    {N}\n    states: {STATES}\n", f"  case:\n    {N}\n    states: {STATES}\n".replace("id: a,", "id: z,"))
    new_folder, new = catalogues("new", gone)
    await _activate(database, old_folder, old)
    rooms = Rooms(database, old)
    rooms.start()
    opening = await rooms.tell("case.opened", "2026-02-01", case="c", kind="noise", organisation="o", opening=True, state="a")
    assert opening == "accepted"

    await Conductor(database).begin(new_folder, new)
    told = await tell_again(database, "cases", cases_parts)

    assert [(one.subject, one.code) for one in told.refused] == [("case/t:c", "invalid")]
    await rooms.stop()


async def test_a_process_on_another_catalogue_is_not_ready_and_ends_once_it_can_load_the_active_one(
    database: Database, catalogues: Callable[..., tuple[Path, Catalogue]]
) -> None:
    (old_folder, old), (new_folder, new) = catalogues("old", BEFORE), catalogues("new", BEFORE.replace("  activity.lecture", "  activity.parade"))
    ended: list[bool] = []
    mine = VersionWatch(database, old.version, old_folder, lambda: ended.append(True))
    await mine.check()
    await _activate(database, old_folder, old)
    await mine.check()

    assert await _activate(database, new_folder, new) == (), "nothing was told of the kind that goes: it holds at once"

    with pytest.raises(OtherCatalogueError, match=f"runs catalogue {old.version}, but {new.version} is active"):
        await mine.check()
    assert not await mine.look(), "its folder still holds the old one: to end would help nobody"
    assert await VersionWatch(database, old.version, new_folder).look()
    async with database.transaction() as connection:
        assert (await read_active(connection)).version == new.version
    assert ended == []


async def test_a_folder_of_its_own_gets_the_active_catalogue_before_the_first_start_and_whenever_another_is_active(
    database: Database, database_dsn: str, catalogues: Callable[..., tuple[Path, Catalogue]], tmp_path: Path
) -> None:
    (old_folder, old), (new_folder, new) = catalogues("old", BEFORE), catalogues("new", BEFORE.replace("  activity.lecture", "  activity.parade"))
    own = tmp_path / "active" / "catalogue"
    own.parent.mkdir()
    settings = FetchSettings(postgres=SecretStr(as_role(database_dsn, "cases")), catalogue=own, patience=0)
    assert not await fetch(settings), "there is none to wait for"
    await _activate(database, old_folder, old)

    assert await fetch(settings)

    assert load(own).version == old.version
    mine = VersionWatch(database, old.version, own, own=True)
    assert not await mine.look()
    await _activate(database, new_folder, new)
    assert await mine.look(), "ends, and is started with the other one"
    assert load(own).version == new.version
