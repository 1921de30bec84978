"""A made-up district, small enough to count on one's fingers: what was told, subject by subject. test_metrics_list.py has what must come out."""

from typing import Any

from tests.integration.language.telling import Story
from tests.integration.writing.rooms import Event

OPEN = {"opening": True}
FIRST = "2025-01-01"


async def tell(story: Story) -> None:
    """Everything, in an order in which what is named is known."""
    for part in (places, organisations, members, units, links, party_life, documents, people, services, matters, money):
        await story.told(*part(story))
    await story.count()


def places(s: Story) -> list[Event]:
    """Two villages and a community; four grids, two of them in the first village."""
    areas = [("d", "district", None), ("v1", "village", "d"), ("v2", "village", "d"), ("c1", "community", "d")]
    grids = [("g1", "grid", "v1"), ("g2", "grid", "v1"), ("g3", "grid", "v2"), ("g4", "grid", "c1")]
    return [s.on("area.defined", FIRST, area=key, kind=kind, **({"parent": up} if up else {}), **OPEN) for key, kind, up in (*areas, *grids)]


def organisations(s: Story) -> list[Event]:
    """A work committee, three branches that stay and one that comes and goes, a group in a grid, two departments."""
    old: list[tuple[str, str, dict[str, Any]]] = [
        ("w", "party.work_committee", {"area": "d"}),
        ("p1", "party.branch", {"parent": "w", "area": "v1", "field": "village"}),
        ("p2", "party.branch", {"parent": "w", "area": "v2", "field": "village"}),
        ("p3", "party.branch", {"parent": "w", "area": "c1", "field": "organ"}),
        ("k1", "party.cell", {"parent": "p1", "area": "g1"}),
        ("dep1", "department", {"area": "d"}),
        ("dep2", "department", {"area": "d"}),
    ]
    return [
        *(s.on("organisation.established", FIRST, organisation=key, kind=kind, **more, **OPEN) for key, kind, more in old),
        s.on("organisation.established", "2025-09-01", organisation="p4", kind="party.branch", parent="w", area="c1"),
        s.on("organisation.ended", "2026-02-01", organisation="p4"),
    ]


def members(s: Story) -> list[Event]:
    """Four of old, one who joined on probation, one who only applies."""
    old = (("m1", "p1"), ("m2", "p1"), ("m3", "p2"), ("m4", "p3"))
    return [
        *(s.on("member.joined", FIRST, member=key, organisation=org, standing="full", **OPEN) for key, org in old),
        s.on("member.joined", "2026-03-01", member="m5", organisation="p1", standing="probationary"),
        s.on("member.joined", "2026-03-01", member="m6", organisation="p2", standing="applicant"),
    ]


def units(s: Story) -> list[Event]:
    """Three enterprises and a shop; u3 and the shop are new."""
    tech = {"u1": "cultivated", "u2": "candidate", "u3": "certified"}
    return [
        *(s.on("unit.registered", FIRST, unit=key, kind="unit.enterprise", area="v1", attributes={"high_tech": tech[key]}, **OPEN) for key in ("u1", "u2")),
        s.on("unit.registered", "2026-02-01", unit="u3", kind="unit.enterprise", area="v2", attributes={"high_tech": tech["u3"]}),
        s.on("unit.registered", "2026-02-01", unit="u4", kind="unit.business", area="v2"),
    ]


def links(s: Story) -> list[Event]:
    """Coverage, pairs, posts and postings."""
    told: list[tuple[str, str, str, dict[str, Any]]] = [
        ("covers", "organisation/p1", "unit/u1", {"mode": "sole"}),
        ("covers", "organisation/p2", "unit/u2", {"mode": "instructor"}),
        ("covers.grid", "organisation/p2", "area/g3", {}),
        ("pairs", "organisation/p1", "unit/u1", {}),
        ("pairs", "organisation/p2", "organisation/dep1", {}),
        ("post.secretary", "member/m1", "organisation/p1", {}),
        ("post.secretary", "member/m3", "organisation/p2", {}),
        ("post.village_head", "member/m1", "organisation/p1", {}),
        ("post.two_committees", "member/m1", "organisation/p1", {"age": "under_40", "education": "college_up"}),
        ("post.two_committees", "member/m3", "organisation/p2", {"age": "40_up", "education": "college_up"}),
    ]
    posted = (("member/m1", "v1"), ("member/m2", "v1"), ("member/m1", "v2"), ("organisation/dep1", "v1"))
    return [
        *(s.on("link.set", "2026-01-10", link=f"l{n}", kind=kind, from_=start, to=to, attributes=more) for n, (kind, start, to, more) in enumerate(told)),
        *(s.on("link.set", "2026-05-01", link=f"f{n}", kind="stations.frontline", from_=who, to=f"area/{to}") for n, (who, to) in enumerate(posted)),
    ]


def party_life(s: Story) -> list[Event]:
    """Meetings, theme days, birthdays, sessions of a reading club, a class."""
    held = [
        ("2026-01-20", "p1", "members_meeting"), ("2026-02-20", "p1", "committee_meeting"), ("2026-03-20", "p1", "lecture"),
        ("2026-01-21", "p2", "members_meeting"), ("2026-02-21", "p2", "committee_meeting"),
        ("2026-03-05", "p1", "theme_day"), ("2026-04-05", "p1", "theme_day"), ("2026-04-06", "p2", "theme_day"),
        ("2026-04-10", "p1", "political_birthday"), ("2026-04-11", "p3", "political_birthday"),
    ]  # fmt: skip
    clubs = ("2025-12-01", "2026-01-15", "2026-02-15")
    return [
        *(_held(s, f"a-{host}-{form}-{day}", day, host, "party_life", attributes={"form": form}) for day, host, form in held),
        *(_held(s, f"club-{day}", day, "w", "lecture.reading_club") for day in clubs),
        _held(s, "class", "2026-05-10", "w", "training"),
        s.on("attendance.recorded", "2026-04-10", attendance="b1", activity="a-p1-political_birthday-2026-04-10", person="m1"),
        s.on("attendance.recorded", "2026-04-11", attendance="b2", activity="a-p3-political_birthday-2026-04-11", head_count=5),
        *(s.on("attendance.recorded", "2026-05-10", attendance=f"c-{who}", activity="class", person=who, role="student") for who in ("m1", "m2")),
        s.on("attendance.recorded", "2026-05-10", attendance="c-heads", activity="class", head_count=7, role="guest"),
    ]


def _held(s: Story, key: str, day: str, host: str, kind: str, **more: Any) -> Event:
    return s.on("activity.held", day, activity=key, kind=kind, organisation=host, starts=f"{day}T09:00:00+08:00", **more)


def _entry(s: Story, key: str, kind: str, day: str = "2026-02-01", **more: Any) -> Event:
    return s.on("entry.registered", day, entry=key, kind=f"entry.{kind}", **more)


def documents(s: Story) -> list[Event]:
    """One list in March, two in April, of which one is carried out; a guide; charters; duties; centres, posts, honours."""
    return [
        _entry(s, "list1", "list.org_life", "2026-03-02", organisation="w"),
        _entry(s, "list2", "list.org_life", "2026-04-02", organisation="w"),
        _entry(s, "list3", "list.org_life", "2026-04-20", organisation="w"),
        _held(s, "by-list", "2026-04-21", "p3", "meeting", of="entry/list1"),
        _entry(s, "guide", "document.guide", "2026-02-01", organisation="w"),
        _entry(s, "charter1", "charter", area="v1", attributes={"revised": True}),
        _entry(s, "charter2", "charter", area="v2", attributes={"revised": False}),
        *(_entry(s, f"duty{n}", "list_item.duty", area="d") for n in range(5)),
        _entry(s, "e1", "centre.street", area="v1", attributes={"floor_area": 300, "tier": "street"}),
        _entry(s, "e2", "centre.community", area="g4", attributes={"floor_area": 150, "tier": "community"}),
        *(_entry(s, f"cam{n}", "asset.camera", area="g1") for n in range(2)),
        *(_entry(s, f"point{n}", "facility.teaching_point", area="v2") for n in range(2)),
        *(_entry(s, f"post{n}", "post.vanguard", organisation="dep1") for n in range(2)),
        *(_entry(s, f"star{n}", "honour.star", of=f"person/{who}") for n, who in enumerate(("x", "y", "x"))),
        *(s.on("link.set", "2026-03-01", link=f"reach{n}", kind="reaches", from_=f"area/{area}", to=f"entry/{to}", attributes={"minutes": minutes})
          for n, (area, to, minutes) in enumerate((("v1", "e1", 8), ("v2", "e1", 20), ("c1", "e2", 5)))),
    ]  # fmt: skip


def people(s: Story) -> list[Event]:
    """Seats and who sits on them, reserves, hires, ratings, benefits, households, jobs, elders."""
    return [
        *(_entry(s, f"seat{n}", "seat", organisation="p1", attributes={"seat": "secretary"}) for n in range(3)),
        s.on("link.set", "2026-03-01", link="sits", kind="post", from_="member/m1", to="entry/seat0"),
        *(_entry(s, f"reserve{n}", "reserve", organisation="p1", attributes={"seat": "secretary"}) for n in range(4)),
        *(_entry(s, f"hire{n}", "hire", organisation="w", attributes={"post": "party_worker"}) for n in range(2)),
        *(_entry(s, f"rating{n}", "rating.star", attributes={"stars": stars, "period": "2025"}) for n, stars in enumerate((5, 4, 5))),
        *(_entry(s, f"benefit{n}", "benefit", of=f"member/{who}", attributes={"scheme": scheme})
          for n, (who, scheme) in enumerate((("m1", "pension"), ("m1", "housing_fund"), ("m3", "pension")))),
        *(_entry(s, f"house{n}", "household.poor", area="v1", attributes={"status": status})
          for n, status in enumerate(("exited", "exited", "registered", "exited"))),
        *(_entry(s, f"job{n}", "job", organisation="dep1", of=f"person/{who}") for n, who in enumerate(("j1", "j2", "j1"))),
    ]  # fmt: skip


def services(s: Story) -> list[Event]:
    """Four items of service windows, shifts, visits of the posted."""
    items = [("dep1", True, 0, True), ("dep1", True, 1, True), ("dep2", True, 2, True), ("dep2", False, 1, False)]
    return [
        *(_entry(s, f"item{n}", "service_item", organisation=org, attributes={"online": online, "max_visits": visits, "one_window": window})
          for n, (org, online, visits, window) in enumerate(items)),
        s.on("shift.logged", "2026-03-01", shift="s1", kind="window", person="x", organisation="p1", starts="2026-03-01T09:00:00+08:00", minutes=120, items=3),
        s.on("shift.logged", "2026-03-01", shift="s2", kind="window", person="y", organisation="p1", starts="2026-03-01T09:00:00+08:00", minutes=60, items=1),
        *(s.on("visit.logged", day, visit=f"v{n}", kind="stationed", by=who, to="area/g1", area="g1")
          for n, (who, day) in enumerate((("member/m1", "2026-06-02"), ("member/m1", "2026-06-11"), ("person/m2", "2026-06-03"), ("person/m2", "2026-06-04")))),
    ]  # fmt: skip


def _cases(s: Story, kind: str, moves: list[tuple[str, ...]], day: str = "2026-03-02", **more: Any) -> list[Event]:
    """A case for each list of states it goes through, a day for each move."""
    events = []
    for number, states in enumerate(moves):
        key = f"{kind}-{number}"
        events.append(s.on("case.opened", f"{day}T09:00:00+08:00", case=key, kind=kind, organisation="dep1", area="g1", **more))
        events += [s.on("case.moved", f"2026-03-{3 + n:02}T09:00:00+08:00", case=key, to=state) for n, state in enumerate(states)]
    return events


def matters(s: Story) -> list[Event]:
    """Cases of every sort."""
    told = [
        *_cases(s, "livelihood", [("accepted", "answered", "resolved"), ("answered",), ()]),
        *_cases(s, "opinion", [(), ()], channel="questionnaire"),
        *_cases(s, "problem", [("compiled", "accepted", "resolved"), ("compiled",)], tier="zone", attributes={"subject": "organisation"}),
        s.on("case.opened", "2026-03-02", case="village", kind="problem", organisation="dep1", tier="village", attributes={"subject": "cadres"}),
        *_cases(s, "list.task", [("accepted", "resolved"), ()], attributes={"side": "village"}),
        *_cases(s, "list.problem", [()], attributes={"side": "village"}),
        *_cases(s, "contract", [("sound",), ("sound",), ("to_clean",), ("to_clean", "cleaned")]),
        *_cases(s, "plan_task", [("handling", "resolved", "closed"), ("handling", "resolved", "closed"), ("handling",)], due="2026-05-01"),
        *_cases(s, "sos", [("answered", "life_saved")], of="person/e1"),
        *_cases(s, "elder_service", [("dispatched", "resolved")], attributes={"service_class": "c01"}),
        s.on("case.opened", "2026-03-02", case="call", kind="sos", organisation="dep1", of="person/e1"),
        s.on("case.moved", "2026-03-03", case="call", to="answered"),
        s.on("case.moved", "2026-03-04", case="call", to="cared_for"),
        *_cases(s, "works", [("handling", "resolved")], attributes={"facility": "parking", "pieces": 13}),
    ]
    return [*told, *_land(s), *_debts(s)]


def _land(s: Story) -> list[Event]:
    """Two pieces of land, one done in time, one late."""
    found = []
    for key, area, due in (("land1", 500, "2026-03-10"), ("land2", 330, "2026-03-03")):
        found.append(s.on("case.opened", "2026-03-02", case=key, kind="key_task.land", organisation="dep1", due=due, attributes={"area_m2": area}))
        found.append(s.on("case.moved", "2026-03-04", case=key, to="resolved"))
    return found


def _debts(s: Story) -> list[Event]:
    """One and a half million fen owed, three hundred thousand settled."""
    return [
        s.on("case.opened", "2026-03-02", case="debt1", kind="debt", organisation="dep1", amount_fen=1_000_000),
        s.on("case.opened", "2026-03-02", case="debt2", kind="debt", organisation="dep1", amount_fen=500_000),
        s.on("case.moved", "2026-03-05", case="debt1", to="partial", amount_fen=300_000),
    ]


def money(s: Story) -> list[Event]:
    """Funds, income, statistics."""
    told: list[tuple[str, int, str, dict[str, Any]]] = [
        ("money.recovery", 17_600, "fen", {}),
        ("money.income.collective", 800, "fen", {"period": "2024"}),
        ("money.income.collective", 904, "fen", {"period": "2025"}),
        ("statistic.app_users", 100, "people", {"period": "2024"}),
        ("statistic.app_users", 130, "people", {"period": "2025"}),
        ("statistic.members", 50, "people", {"period": "2025"}),
        ("statistic.school_places", 1200, "places", {"area": "v1"}),
        ("money.allocation.office", 100_000, "fen", {"area": "v1"}),
        ("money.allocation.office", 200_000, "fen", {"area": "v2"}),
        ("money.allocation.office", 300_000, "fen", {"area": "c1"}),
        *(("statistic.appraisal", score, "points", {}) for score in (90, 80, 85)),
    ]
    return [
        s.on("amount.recorded", "2026-03-02", amount=f"n{n}", kind=f"amount.{kind}", value=value, unit=unit, organisation="w", **more)
        for n, (kind, value, unit, more) in enumerate(told)
    ]
