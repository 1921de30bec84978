"""The cases room from its door to its log."""

from typing import Any

import httpx

from services.kernel.postgres.database import Database
from tests.support.room import Telling, counted, facts, in_order, kept, people

DEMAND: dict[str, Any] = {"case": "c", "kind": "demand", "organisation": "street", "area": "grid", "due": "2026-05-04", "attributes": {"theme": "noise"}}
ADA = f"person/{people.of('r', 'ada')}"


async def test_what_was_told_of_a_case_adds_up_in_the_log(telling: Telling, database: Database) -> None:
    results = await telling.tell_all(
        telling.event("case.opened", "2026-05-01", **DEMAND),
        telling.event("case.assigned", "2026-05-02", case="c", organisation="bureau", person="ada"),
        telling.event("case.moved", "2026-05-03", case="c", to="handling", by="person/ada"),
        telling.event("case.moved", "2026-05-06", case="c", to="solved"),
        telling.event("case.moved", "2026-05-06", case="c", to="closed"),
    )
    assert [result["status"] for result in results] == ["accepted"] * 5, results

    street, bureau = ["case.demand", "t:grid", "t:street"], ["case.demand", "t:grid", "t:bureau"]

    def dims(**more: str) -> dict[str, str]:
        return {"theme": "noise"} | more

    def at(day: int, until: int | None = None) -> list[str | None]:
        return [f"2026-05-0{day}", f"2026-05-0{day if until is None else until}"]

    person = [None, None, {"person": ADA}]
    took = {3: 2 * 86400, 6: 5 * 86400}
    assert await counted(database) == in_order(
        [
            ["case/t:c", *row]
            for row in (
                ["cases.open", *street, dims(state="opened"), *at(1, 2)],
                ["cases.open", *bureau, dims(state="opened"), *at(2, 3), *person],
                ["cases.open", *bureau, dims(state="handling"), *at(3, 6), *person],
                ["cases.overdue", *bureau, dims(state="handling"), *at(5, 6)],
                ["cases.cohort", *street, dims(resolved="false"), *at(1, 2), None, "2026-05-01"],
                ["cases.cohort", *bureau, dims(resolved="false"), *at(2, 6), None, "2026-05-01"],
                ["cases.cohort", *bureau, dims(resolved="true"), "2026-05-06", None, None, "2026-05-01"],
                ["cases.opened", *street, dims(), *at(1)],
                ["cases.moved", *bureau, dims(state="handling"), *at(3)],
                ["cases.moved", *bureau, dims(state="solved"), *at(6)],
                ["cases.moved", *bureau, dims(state="closed"), *at(6)],
                ["cases.reached", *bureau, dims(state="handling"), *at(3)],
                ["cases.reached", *bureau, dims(state="solved"), *at(6)],
                ["cases.reached", *bureau, dims(state="closed"), *at(6)],
                ["cases.time_to_reach", *bureau, dims(state="handling", b="139"), *at(3), took[3]],
                ["cases.time_to_reach", *bureau, dims(state="solved", b="149"), *at(6), took[6]],
                ["cases.time_to_reach", *bureau, dims(state="closed", b="149"), *at(6), took[6]],
                ["cases.time_to_resolve", *bureau, dims(b="149"), *at(6), took[6]],
                ["cases.resolved", *bureau, dims(timely="late"), *at(6)],
                ["cases.closed", *bureau, dims(), *at(6)],
            )
        ]
    )


async def test_each_request_finds_what_earlier_ones_left_in_the_database(telling: Telling, database: Database) -> None:
    await telling.tell("case.opened", "2026-05-01", **DEMAND)
    await telling.tell("case.moved", "2026-05-03", case="c", to="handling")

    illegal = await telling.tell("case.moved", "2026-05-04", case="c", to="closed")
    late = await telling.tell("case.changed", "2026-05-02", case="c", tier="district")

    assert illegal["problem"]["code"] == "illegal-transition"
    assert "solved, merged" in illegal["problem"]["detail"]
    assert late["status"] == "accepted"
    last = (await facts(database))[-1]
    assert (last["time"], last["statedtime"]) == ("2026-05-03T04:00:00.000000Z", "2026-05-02T04:00:00.000000Z")
    assert [row[6:] for row in await counted(database) if row[1] == "cases.open" and row[5].get("tier")] == [["2026-05-03"]]


async def test_withdrawing_takes_back_all_there_was(telling: Telling, database: Database) -> None:
    await telling.tell("case.opened", "2026-05-01", **DEMAND)
    await telling.tell("case.moved", "2026-05-03", case="c", to="handling")
    await telling.tell("case.withdrawn", "2026-05-04", case="c", reason="told by mistake")

    assert await counted(database) == []
    assert (await facts(database))[-1]["data"]["reason"] == "told by mistake"


async def test_a_merge_names_a_case_that_is_known(telling: Telling, database: Database) -> None:
    await telling.tell("case.opened", "2026-05-01", **DEMAND)
    unknown = await telling.tell("case.moved", "2026-05-03", case="c", to="merged", into="d")
    await telling.tell("case.opened", "2026-05-01", **DEMAND | {"case": "d"})
    merged = await telling.tell("case.moved", "2026-05-03", case="c", to="merged", into="d")

    assert unknown["problem"]["code"] == "unknown-reference"
    assert merged["status"] == "accepted"
    assert [row[:1] + row[6:8] for row in await counted(database) if row[1] == "cases.cohort"] == [
        ["case/t:c", "2026-05-01", "2026-05-03"],
        ["case/t:d", "2026-05-01", None],
    ]


async def test_whoever_reported_in_secret_cannot_be_found_in_the_log(telling: Telling, database: Database) -> None:
    await telling.tell("case.opened", "2026-05-01", case="c", kind="secret")
    await telling.tell("case.assigned", "2026-05-02", case="c", organisation="bureau", person="ada")
    await telling.tell("case.moved", "2026-05-03", case="c", to="handling", by="person/ada")

    assert ADA.partition(":")[2] not in await kept(database, "body")


async def test_whoever_reported_in_secret_cannot_be_found_in_what_was_told(telling: Telling, database: Database) -> None:
    await telling.tell("case.opened", "2026-05-01", case="c", kind="secret")
    await telling.tell("case.assigned", "2026-05-02", case="c", organisation="bureau", person="ada")

    assert ADA.partition(":")[2] not in await kept(database, "told")


async def test_a_source_may_change_only_the_kinds_it_is_enrolled_for(telling: Telling) -> None:
    await telling.tell("case.opened", "2026-05-01", **DEMAND)
    moved = telling.event("case.moved", "2026-05-03", case="c", to="handling")

    other = await telling.tell_all(moved, kinds=["case.secret"])
    own = await telling.tell_all(moved, kinds=["case.demand"])

    assert other[0]["problem"]["code"] == "not-allowed"
    assert own[0]["status"] == "accepted"


async def test_one_case_can_be_read_with_its_history(client: httpx.AsyncClient, telling: Telling) -> None:
    await telling.tell("case.opened", "2026-05-01", **DEMAND)
    await telling.tell("case.moved", "2026-05-03", case="c", to="handling", reason="taken up")

    case = (await client.get("/entities/case/t:c")).json()
    history = (await client.get("/entities/case/t:c/history")).json()

    assert (case["live"], case["data"]["state"], len(case["versions"])) == (True, "handling", 2)
    assert [fact["data"].get("reason") for fact in history["history"]] == [None, "taken up"]
