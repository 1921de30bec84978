import httpx
import pytest
from cryptography.fernet import Fernet

from services.kernel.postgres.database import Database
from tests.integration.members.conftest import VAULT_KEY
from tests.support.room import Telling, counted, days_ago, facts, people


async def test_only_who_knows_the_token_is_heard(client: httpx.AsyncClient):
    for method, path in (("POST", "/batch"), ("GET", "/entities/unit/t:u"), ("PUT", "/people/r/p")):
        answer = await client.request(method, path, headers={"x-wangge-token": "guessed"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_a_body_that_is_no_batch_is_refused_whole(client: httpx.AsyncClient):
    answer = await client.post("/batch", content=b'{"commands": 1}')

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_good_events_of_a_batch_are_not_lost_to_bad_ones(telling: Telling):
    results = await telling.tell_all(
        telling.event("unit.registered", "2026-01-02", unit="a", kind="enterprise"),
        telling.event("unit.registered", "2026-01-02", unit="b", kind="castle"),
        telling.event("unit.registered", "2026-01-02", unit="c", kind="enterprise", area="nowhere"),
        telling.event("unit.changed", "2026-01-03", unit="a", name="A"),
        telling.event("case.opened", "2026-01-03", case="x", kind="y"),
    )

    codes = [(result["status"], result.get("problem", {}).get("code")) for result in results]
    assert codes[:4] == [("accepted", None), ("rejected", "unknown-kind"), ("rejected", "unknown-reference"), ("accepted", None)]


async def test_an_event_told_again_is_a_duplicate_and_another_under_its_id_a_conflict(telling: Telling):
    event = telling.event("unit.registered", "2026-01-02", unit="a", kind="enterprise")
    await telling.tell_all(event)

    again = await telling.tell_all(event)
    other = await telling.tell_all(event | {"data": {"unit": "a", "kind": "enterprise", "name": "A"}})

    assert again[0]["status"] == "duplicate"
    assert other[0]["problem"]["code"] == "conflict"


async def test_the_facts_add_up_to_what_stands(telling: Telling, database: Database):
    await telling.tell("link.set", "2026-01-05", link="l", kind="covers", from_="organisation/o1", to="unit/u")
    await telling.tell("unit.changed", "2026-01-10", unit="u", attributes={"size": "large"})
    await telling.tell("unit.ended", "2026-01-20", unit="u")

    rows = await counted(database)

    roles = {"from": "organisation/t:o1", "to": "unit/t:u"}
    assert [row for row in rows if row[0] == "link/t:l"] == [
        ["link/t:l", "links", "link.covers", "t:s1", "t:o1", None, "2026-01-05", "2026-01-20", None, None, roles],
        ["link/t:l", "links.ended", "link.covers", "t:s1", "t:o1", None, "2026-01-20", "2026-01-20", None, None, roles],
        ["link/t:l", "links.set", "link.covers", "t:s1", "t:o1", None, "2026-01-05", "2026-01-05", None, None, roles],
    ]
    assert [row for row in rows if row[0] == "unit/t:u" and row[1] == "units"] == [
        ["unit/t:u", "units", "unit.enterprise", "t:s1", None, {"size": "large"}, "2026-01-10", "2026-01-20"],
        ["unit/t:u", "units", "unit.enterprise", "t:s1", None, {"size": "small"}, "2026-01-01", "2026-01-10"],
    ]


async def test_what_follows_for_a_link_is_logged_in_the_same_transaction_and_says_so(telling: Telling, database: Database):
    await telling.tell("link.set", "2026-01-05", link="l", kind="covers", from_="organisation/o1", to="unit/u")
    await telling.tell("organisation.ended", "2026-01-20", organisation="o1")

    told = [(fact["type"], fact.get("causedby"), fact["causationid"], fact["time"][:10]) for fact in (await facts(database))[-2:]]

    assert sorted(told) == [
        ("org.wangge.link.ended.v1", "dependant", "urn:t#e-6", "2026-01-20"),
        ("org.wangge.organisation.ended.v1", None, "urn:t#e-6", "2026-01-20"),
    ]


async def test_a_link_follows_its_member_though_the_batch_names_only_the_member(telling: Telling, database: Database):
    await telling.tell("member.joined", "2026-01-02", member="m", organisation="o1", standing="full")
    await telling.tell("link.set", "2026-01-05", link="l", kind="serves", from_="member/m", to="unit/u")
    await telling.tell("member.transferred", "2026-01-10", member="m", organisation="o2")

    places = [(row[4], row[6]) for row in await counted(database) if row[1] == "links"]

    assert places == [("t:o1", "2026-01-05"), ("t:o2", "2026-01-10")]


async def test_links_go_on_through_a_merge_until_the_heir_ends(telling: Telling, database: Database):
    await telling.tell("link.set", "2026-01-05", link="l", kind="covers", from_="organisation/o1", to="unit/u")
    await telling.tell("organisation.merged", "2026-01-10", organisation="o1", into="o2")
    await telling.tell("organisation.ended", "2026-01-20", organisation="o2")

    [row] = [row for row in await counted(database) if row[1] == "links"]

    assert row[6:8] == ["2026-01-05", "2026-01-20"]


async def test_a_link_to_a_merged_organisation_lives_by_its_heir(telling: Telling, database: Database):
    await telling.tell("organisation.merged", "2026-01-10", organisation="o1", into="o2")
    await telling.tell("link.set", "2026-01-15", link="l", kind="covers", from_="organisation/o1", to="unit/u")

    [row] = [row for row in await counted(database) if row[1] == "links"]

    assert row[6:8] == ["2026-01-15", None]


async def test_a_circle_in_the_tree_is_refused_though_only_its_ends_are_named(telling: Telling):
    for child, parent in (("s2", "s1"), ("s3", "s2"), ("s4", "s3")):
        await telling.tell("area.defined", "2026-01-02", area=child, kind="street", parent=parent)

    result = await telling.tell("area.moved", "2026-01-03", area="s1", parent="s4")

    assert result["problem"]["code"] == "invalid"


async def test_a_person_is_known_by_a_pseudonym_only(telling: Telling, database: Database):
    await telling.tell("member.joined", "2026-01-02", member="card-77", organisation="o1", standing="full")

    texts = [row["body"] + row["told"] for row in await database.pool.fetch("SELECT body, told FROM log.fact")]
    subjects = [row["subject"] for row in await database.pool.fetch("SELECT subject FROM members.entity WHERE family = 'member'")]

    assert not any(b"card-77" in text for text in texts)
    assert subjects == [f"member/{people.of('r', 'card-77')}"]


@pytest.mark.parametrize("spelling", ["r:card-77", people.of("r", "card-77")])
async def test_a_member_is_found_by_pseudonym_and_by_the_registers_reference(telling: Telling, spelling: str):
    await telling.tell("member.joined", days_ago(5), member="card-77", organisation="o1", standing="full")

    answer = await telling.client.get(f"/entities/member/{spelling}")

    body = answer.json()
    assert (body["key"], body["kind"], body["live"]) == (people.of("r", "card-77"), "member", True)
    assert body["data"]["organisation"] == "t:o1"


async def test_a_thing_says_how_it_is_and_how_it_came_to_be(telling: Telling):
    await telling.tell("unit.changed", "2026-01-10", unit="u", name="Works")
    await telling.tell("unit.ended", "2026-01-20", unit="u", reason="closed")

    thing = (await telling.client.get("/entities/unit/t:u")).json()
    history = (await telling.client.get("/entities/unit/t:u/history")).json()

    assert (thing["live"], thing["data"]["name"], [version["verb"] for version in thing["versions"]]) == (False, "Works", ["registered", "changed", "ended"])
    assert [(one["type"].split(".")[3], one["time"][:10]) for one in history["history"]] == [
        ("registered", "2026-01-01"),
        ("changed", "2026-01-10"),
        ("ended", "2026-01-20"),
    ]
    assert history["history"][-1]["data"]["reason"] == "closed"
    assert not {"was", "now"} & {name for one in history["history"] for name in one["data"]}


async def test_a_long_history_comes_in_pages(telling: Telling):
    for number in range(5):
        await telling.tell("unit.changed", f"2026-01-{10 + number}", unit="u", name=f"name {number}")

    seen, after = [], 0
    while after is not None:
        page = (await telling.client.get("/entities/unit/t:u/history", params={"after": after, "limit": 4})).json()
        seen += [one["data"].get("name") for one in page["history"]]
        after = page["next"]

    assert seen == [None, *(f"name {number}" for number in range(5))]


async def test_what_nobody_told_of_is_not_found(telling: Telling):
    for path in ("/entities/unit/t:none", "/entities/unit/t:none/history"):
        answer = await telling.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_link_is_live_while_its_ends_are(telling: Telling):
    await telling.tell("link.set", days_ago(9), link="l", kind="covers", from_="organisation/o1", to="unit/u")
    assert (await telling.client.get("/entities/link/t:l")).json()["live"] is True

    await telling.tell("unit.ended", days_ago(2), unit="u")

    assert (await telling.client.get("/entities/link/t:l")).json()["live"] is False


async def test_a_late_change_says_when_it_was_meant(telling: Telling, database: Database):
    await telling.tell("unit.changed", "2026-02-10", unit="u", name="Works")
    await telling.tell("unit.changed", "2026-01-15", unit="u", attributes={"size": "large"})

    late = (await facts(database))[-1]

    assert (late["time"][:10], late["statedtime"][:10]) == ("2026-02-10", "2026-01-15")


async def test_a_change_is_held_against_the_things_kind(telling: Telling):
    result = await telling.tell("unit.changed", "2026-01-10", unit="u", attributes={"size": "enormous"})

    assert result["problem"]["code"] == "invalid"


async def test_a_source_that_may_not_write_a_kind_may_not_change_it_either(telling: Telling):
    event = telling.event("unit.changed", "2026-01-10", unit="u", name="Works")

    [result] = await telling.tell_all(event, kinds=["unit.school"])

    assert result["problem"]["code"] == "not-allowed"


async def test_names_and_phones_lie_sealed_in_the_vault_under_the_pseudonym(telling: Telling, database: Database):
    fields = {"name": "某某", "phone": "not a number"}

    for _ in range(2):
        answer = await telling.client.put("/people/r/card-77", json=fields)
        assert (answer.status_code, answer.content) == (204, b"")

    [row] = await database.pool.fetch("SELECT pseudonym, sealed FROM vault.person")
    assert row["pseudonym"] == people.of("r", "card-77")
    assert "某某".encode() not in row["sealed"]
    assert Fernet(VAULT_KEY).decrypt(row["sealed"]).decode() == '{"name":"某某","phone":"not a number"}'


async def test_the_vault_takes_strings_only_and_gives_nothing_out(telling: Telling):
    assert (await telling.client.put("/people/r/card-77", json={"name": 7})).status_code == 400
    assert (await telling.client.get("/people/r/card-77")).status_code == 405
