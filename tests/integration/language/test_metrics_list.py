"""Every row M1 to M47 of the published list of figures, over the district of district.py: what comes out is worked out by hand."""

from typing import Any

from tests.integration.language.district import tell
from tests.integration.language.telling import Story

YEAR = {"from": "2026-01-01", "to": "2026-06-30"}
Q4_Q1 = {"from": "2025-10-01", "to": "2026-03-31"}
Question = tuple[str, str, dict[str, str], Any]

WANTED: list[Question] = [
    # row, metric, question, figure: a number, (numerator, denominator), or rows by key
    ("M1", "organisations", {"by": "kind", "kind": "organisation.party"},
     {"organisation.party.branch": 3, "organisation.party.cell": 1, "organisation.party.work_committee": 1}),
    ("M1", "organisations.change", {"from": "2025-07-01", "to": "2025-12-31"}, 1),
    ("M1", "organisations.change", {"from": "2025-07-01", "to": "2026-06-30"}, 0),
    ("M1", "organisations.growth", {"to": "2026-01-31", "kind": "organisation.party.branch"}, 0.333333333333),
    ("M2", "members", {"by": "org", "org": "t:w"}, {"t:p1": 3, "t:p2": 1, "t:p3": 1}),
    ("M2", "members.growth", {"to": "2026-06-30"}, 0.25),
    ("M2", "members.share", {"from": "2025-01-01", "to": "2026-06-30"}, (5, 50)),
    ("M2", "members.share", {"from": "2025-01-01", "to": "2026-06-30", "org": "t:p1"}, (3, 50)),
    ("M3", "units.coverage", {"kind": "unit.enterprise"}, (2, 3)),
    ("M3", "units.organisation_coverage", {"kind": "unit.enterprise"}, (1, 3)),
    ("M4", "political_birthday.coverage", YEAR, (2, 3)),
    ("M4", "political_birthday.person_times", YEAR, 6),
    ("M5", "org_life.quarterly", Q4_Q1, (1, 7)),
    ("M5", "org_life.monthly", {"from": "2026-03-01", "to": "2026-04-30"}, (3, 6)),
    ("M5", "org_life.lists_carried_out", YEAR, (1, 3)),
    ("M6", "issues.released", YEAR, 4),
    ("M6", "issues.lists_monthly", {"from": "2026-03-01", "to": "2026-05-31"}, (1, 3)),
    ("M6", "issues.guides_quarterly", Q4_Q1, (1, 2)),
    ("M7", "series.session", {"kind": "activity.lecture.reading_club"}, 3),
    ("M7", "series.session", {"kind": "activity.lecture.reading_club", "from": "2026-02-01"}, 3),
    ("M7", "series.session", {"kind": "activity.lecture.reading_club", "to": "2026-01-31"}, 2),
    ("M8", "entries", {"kind": "entry.centre", "by": "tier"}, {"street": 1, "community": 1}),
    ("M8", "centres.coverage", {}, (2, 3)),
    ("M8", "facilities.floor_area", {}, 450),
    ("M8", "facilities.floor_area", {"area": "t:v1"}, 300),
    ("M9", "circle.coverage", {}, (2, 3)),
    ("M10", "grids.coverage", {}, (1, 4)),
    ("M10", "grids.group_coverage", {}, (1, 4)),
    ("M11", "links", {"kind": "link.pairs"}, 2),
    ("M11", "pairing.coverage", {}, (2, 5)),
    ("M11", "pairing.coverage", {"where": "field:village"}, (2, 2)),
    ("M12", "posts.one_shoulder", {}, (1, 2)),
    ("M12", "seats.filled", {}, (1, 3)),
    ("M13", "reserves.per_seat", {}, (4, 3)),
    ("M14", "posts.people", {"kind": "link.post.secretary"}, 2),
    ("M14", "posts.people", {}, 3),
    ("M14", "hires.recruited", YEAR, 2),
    ("M15", "ratings.stars", {"by": "stars"}, {"4": 1, "5+": 2}),
    ("M15", "appraisals.score", YEAR, 85),
    ("M16", "honours.awarded", YEAR, 3),
    ("M16", "honours.winners", YEAR, 2),
    ("M16", "marks.held", {}, 2),
    ("M17", "volunteer.minutes", YEAR, 180),
    ("M17", "volunteer.items", YEAR, 4),
    ("M17", "volunteer.minutes_per_item", YEAR, 45),
    ("M18", "mobilised.people", YEAR, 2),
    ("M18", "mobilised.person_times", YEAR, 4),
    ("M19", "elders.helped", YEAR, 1),
    ("M19", "elders.service_classes", YEAR, 1),
    ("M20", "service_items.online", {}, (3, 4)),
    ("M21", "service_items.one_trip", {}, (3, 4)),
    ("M22", "service_items.one_window", {}, 3),
    ("M22", "service_items.units", {}, 2),
    ("M23", "cases.opened", {"kind": "case.livelihood", **YEAR}, 3),
    ("M23", "problems.answered", {"kind": "case.livelihood", **YEAR}, 2),
    ("M23", "cases.resolved", {"kind": "case.livelihood", **YEAR}, 1),
    ("M24", "cases.resolution_rate", {"kind": "case.livelihood", **YEAR}, (1, 3)),
    ("M25", "cases.opened", {"kind": "case.opinion", "by": "channel", **YEAR}, {"questionnaire": 2}),
    ("M26", "cases.opened", {"kind": "case.problem", "by": "tier", **YEAR}, {"zone": 2, "village": 1}),
    ("M26", "problems.rectified_share", {"by": "tier", **YEAR}, {"zone": 0.5, "village": 0}),
    ("M26", "problems.rectified_share", YEAR, (1, 3)),
    ("M27", "lists.completion", {"by": "kind", **YEAR}, {"case.list.problem": 0, "case.list.task": 0.5}),
    ("M28", "contracts.to_clean_share", YEAR, (2, 4)),
    ("M28", "contracts.cleaned_share", YEAR, (1, 2)),
    ("M29", "debts.settled_share", YEAR, (300_000, 1_500_000)),
    ("M29", "debts.recovered", YEAR, 17_600),
    ("M30", "jobs.taken", YEAR, 2),
    ("M31", "income.total", {"from": "2025-01-01", "to": "2025-12-31"}, 904),
    ("M31", "income.growth", {"from": "2025-01-01", "to": "2025-12-31"}, 0.13),
    ("M32", "market_entities.added", YEAR, 2),
    ("M32", "high_tech.firms", {}, 2),
    ("M33", "statistics.growth", {"kind": "amount.statistic.app_users", "from": "2025-01-01", "to": "2025-12-31"}, 0.3),
    ("M33", "funds.allocated", YEAR, 600_000),
    ("M34", "funds.per_place", YEAR, 200_000),
    ("M34", "funds.per_place", {"area": "t:v2", **YEAR}, 200_000),
    ("M34", "funds.per_member", YEAR, 120_000),
    ("M35", "poverty.exit_share", {}, (3, 4)),
    ("M36", "charters.revised_share", {}, (1, 3)),
    ("M36", "duties.in_force", {}, 5),
    ("M37", "tasks.area", YEAR, 830),
    ("M37", "cases.in_time_share", {"kind": "case.key_task", **YEAR}, (1, 2)),
    ("M38", "facilities.added", YEAR, 6),
    ("M38", "facilities.pieces", YEAR, 13),
    ("M39", "attendance", {"kind": "activity.training", "by": "role", **YEAR}, {"student": 2, "guest": 7}),
    ("M40", "training.reach", YEAR, (2, 5)),
    ("M40", "training.points", {}, 2),
    ("M41", "plan_tasks.done_share", YEAR, (2, 3)),
    ("M41", "cases.overdue", {"kind": "case.plan_task"}, 1),
    ("M42", "benefits.enrolment", {}, (1, 2)),
    ("M43", "committees.under_40", {}, (1, 2)),
    ("M43", "committees.college", {}, (2, 2)),
    ("M44", "visits.weekly", {"from": "2026-06-01", "to": "2026-06-14"}, (3, 6)),
    ("M45", "cases.time_to_reach.p90", {"kind": "case.livelihood", "where": "state:answered", **YEAR}, round(2 ** ((139 + 0.5) / 8))),
    ("M45", "cases.time_to_reach", {"kind": "case.livelihood", "where": "state:answered", **YEAR}, (86_400 + 2 * 86_400) / 2),
    ("M45", "cases.in_time_share", {"kind": "case.plan_task", **YEAR}, (2, 2)),
    ("M46", "apps.users", {"from": "2025-01-01", "to": "2025-12-31"}, 130),
    ("M47", "schools.places", YEAR, 1200),
]  # fmt: skip


async def test_each_row_of_the_list_gives_what_the_district_did(story: Story) -> None:
    await tell(story)

    wrong = []
    for row, metric, question, wanted in WANTED:
        answer = await story.ask(metric, **question)
        if isinstance(wanted, dict):
            found: object = {one["key"]: one["value"] for one in answer["by"] if one["value"] is not None and (one["value"] or one.get("den"))}
        else:
            found = (answer["num"], answer["den"]) if isinstance(wanted, tuple) else answer["value"]
        if found != wanted:
            wrong.append((row, metric, question, wanted, found))
    assert not wrong, "\n".join(map(str, wrong))


def test_every_row_has_a_figure_and_every_figure_of_a_row_is_asked(story_catalogue: Any) -> None:
    rows = {f"M{number}" for number in range(1, 48)}
    common = [metric for metric in story_catalogue.metrics.values() if metric.rows]

    assert {row for metric in common for row in metric.rows} >= rows
    assert {row for row, *_ in WANTED} == rows
    own = {metric.id for metric in common if ("metrics_" in metric.declared_at and "metrics_rates" not in metric.declared_at)}
    assert own - {metric for _, metric, *_ in WANTED} == set()
