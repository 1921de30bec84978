"""Each word of the definition language over a small story, against figures worked out by hand."""

from tests.integration.language.telling import Story

OPEN = {"opening": True}


async def places(story: Story) -> None:
    """A district: street s with grids g1, g2; street r with grid g3. Committee c in s with branches b1, b2; committee e in r."""
    await story.told(
        story.on("area.defined", "2026-01-01", area="d", kind="district", **OPEN),
        *(story.on("area.defined", "2026-01-01", area=key, kind="street", parent="d", **OPEN) for key in ("s", "r")),
        *(story.on("area.defined", "2026-01-01", area=key, kind="grid", parent=up, **OPEN) for key, up in (("g1", "s"), ("g2", "s"), ("g3", "r"))),
        story.on("organisation.established", "2026-01-01", organisation="c", kind="party.committee", area="s", **OPEN),
        story.on("organisation.established", "2026-01-01", organisation="e", kind="party.committee", area="r", **OPEN),
        *(story.on("organisation.established", "2026-01-01", organisation=key, kind="party.branch", parent="c", **OPEN) for key in ("b1", "b2")),
    )


async def test_a_number_of_a_thing_is_added_up_as_it_stood_on_each_day(story: Story) -> None:
    await places(story)
    await story.told(
        story.on("unit.registered", "2026-02-01", unit="m1", kind="unit.market", area="g1", attributes={"stalls": 10, "rent": 500}),
        story.on("unit.registered", "2026-02-10", unit="m2", kind="unit.market", area="g3", attributes={"stalls": 30, "rent": 500}),
        story.on("unit.registered", "2026-02-10", unit="m3", kind="unit.market", area="g3"),  # nobody told of its stalls
        story.on("unit.changed", "2026-03-01", unit="m1", attributes={"stalls": 14}),
        story.on("unit.changed", "2026-03-05", unit="m2", area="g2"),
        story.on("unit.ended", "2026-04-01", unit="m2"),
    )
    await story.count()

    assert [await story.value("t.stalls", to=day) for day in ("2026-01-31", "2026-02-05", "2026-02-28", "2026-03-31", "2026-04-30")] == [0, 10, 40, 44, 14]
    assert await story.value("t.stalls", to="2026-03-04", area="t:s") == 14
    assert await story.value("t.stalls", to="2026-03-05", area="t:s") == 44
    assert await story.value("t.stalls_added") == 40
    assert await story.value("units", kind="unit.market", to="2026-03-31") == 3
    assert await story.value("t.stalls_mean", to="2026-03-31") == 22
    answer = await story.ask("t.rent_per_stall", to="2026-02-28")
    assert (answer["num"], answer["den"], answer["value"]) == (1000, 40, 25)


async def test_numbers_of_cases_activities_and_shifts_are_added_up_where_they_happen(story: Story) -> None:
    await places(story)
    nine = "2026-03-02T08:00:00+08:00"
    await story.told(
        story.on("case.opened", "2026-02-01", case="p1", kind="plot", organisation="b1", area="g1", tier="street", attributes={"area_m2": 300}),
        story.on("case.opened", "2026-02-02", case="p2", kind="plot", organisation="b1", area="g2", tier="community", attributes={"area_m2": 700}),
        story.on("case.changed", "2026-02-10", case="p1", attributes={"area_m2": 350}),
        story.on("case.moved", "2026-03-01", case="p1", to="resolved"),
        story.on("activity.held", "2026-03-02", activity="a", kind="activity.escort", organisation="b1", starts=nine, attributes={"pupils": 60}),
        story.on("shift.logged", "2026-03-02", shift="h1", kind="shift.escort", person="x", organisation="b1", starts=nine, minutes=30, attributes={"pupils": 25}),
        story.on("shift.logged", "2026-03-02", shift="h2", kind="shift.escort", person="y", organisation="b2", starts=nine, minutes=30, attributes={"pupils": 15}),
        story.on("shift.corrected", "2026-03-03", shift="h2", attributes={"pupils": 18}),
    )
    await story.count()

    assert await story.value("t.plots") == 1000  # as it was opened
    assert [await story.value("t.plots_open", to=day) for day in ("2026-02-01", "2026-02-09", "2026-02-10", "2026-03-31")] == [300, 1000, 1050, 1050]
    assert await story.value("t.plots_done") == 350
    rate = await story.ask("t.plots_rate", from_="2026-02-01", to="2026-02-28")
    assert (rate["num"], rate["den"]) == (350, 1050)
    tiers = await story.ask("t.plots", by="tier")
    assert {row["key"]: row["value"] for row in tiers["by"]} == {"street": 300, "community": 700}
    assert await story.value("t.pupils") == 43
    assert await story.value("t.pupils", org="t:b2") == 18
    assert await story.value("t.pupils_there") == 60


async def test_a_place_counts_once_however_often_something_happens_there(story: Story) -> None:
    await places(story)
    await story.told(
        *(
            story.on("visit.logged", "2026-03-02", visit=f"v{number}", kind="household", by="person/x", to="person/y", area=area)
            for number, area in enumerate(("g1", "g1", "g2", "s", "g3"))
        ),
        story.on("visit.logged", "2026-03-02", visit="nowhere", kind="household", by="person/x", to="person/y"),
        story.on("member.joined", "2026-01-01", member="m1", organisation="b1", standing="full", **OPEN),
        story.on("member.joined", "2026-01-01", member="m2", organisation="b2", standing="full", **OPEN),
        story.on("member.joined", "2026-01-01", member="m3", organisation="c", standing="full", **OPEN),
    )
    await story.count()

    assert await story.value("t.grids_visited") == 3
    assert await story.value("t.places_visited") == 4
    by_street = await story.ask("t.grids_visited", by="area", area="t:d")
    assert {row["key"]: row["value"] for row in by_street["by"]} == {"t:s": 2, "t:r": 1}
    assert await story.value("t.grids_visited", area="t:s") == 2
    assert await story.value("t.committees") == 1


async def test_a_denominator_may_lie_higher_up_or_everywhere(story: Story) -> None:
    await places(story)
    await story.told(
        *(
            story.on("case.opened", "2026-02-01", case=f"k{number}", kind=kind, organisation="b1", area=area)
            for number, (area, kind) in enumerate((("g1", "livelihood"), ("g1", "hotline"), ("g2", "hotline"), ("g3", "hotline"), ("s", "hotline")))
        )
    )
    await story.count()

    answer = await story.ask("t.share", area="t:g1", kind="case.livelihood")
    assert (answer["num"], answer["den"]) == (1, 5)
    answer = await story.ask("t.street_share", area="t:g1")
    assert (answer["num"], answer["den"]) == (2, 4)
    rows = await story.ask("t.share", by="area", area="t:d")
    assert {row["key"]: (row["num"], row["den"]) for row in rows["by"] if row["num"]} == {"t:s": (4, 5), "t:r": (1, 5)}


async def test_what_each_must_do_may_be_a_total_done_exactly_so_often(story: Story) -> None:
    await places(story)
    await story.told(
        *(
            story.on("activity.held", "2026-03-02", activity=f"a{number}", kind="training", organisation=branch, starts="2026-03-02T08:00:00+08:00")
            for number, branch in enumerate(("b1", "b1", "b2"))
        ),
        *(
            story.on("visit.logged", "2026-03-02", visit=f"v{number}", kind="household", by="person/x", to="person/y", organisation=branch)
            for number, branch in enumerate(("b1", "b2"))
        ),
    )
    await story.count()

    answer = await story.ask("t.active")
    assert (answer["num"], answer["den"]) == (1, 2)


async def test_over_a_change_of_definition_each_version_stands_beside_the_other(story: Story) -> None:
    await places(story)
    await story.told(
        *(story.on("unit.registered", "2026-02-01", unit=f"u{number}", kind="unit.enterprise", area="g1") for number in range(3)),
        story.on("unit.registered", "2026-02-01", unit="m", kind="unit.market", area="g1", attributes={"stalls": 1}),
    )
    await story.count()

    before, after = await story.ask("t.rate", to="2026-04-14"), await story.ask("t.rate", to="2026-04-15")
    assert [(one["value"], one["definition"]["version"]) for one in (before, after)] == [(0.75, 1), (0.25, 2)]
    assert await story.value("t.rate", to="2026-05-31", definition="t.rate@1") == 0.75
    changing = await story.ask("t.rate", from_="2026-04-01", to="2026-04-30")
    assert [(one["version"], one["value"]) for one in changing["versions"]] == [(1, 0.75), (2, 0.25)]
    assert "versions" not in await story.ask("t.rate", from_="2026-05-01", to="2026-05-31")
    # A definition made of it uses the one of its own last day for both intervals.
    assert await story.value("t.of_rate", from_="2026-05-01", to="2026-05-31") == 0


async def test_a_second_tree_stands_beside_the_first_and_its_rows_may_overlap(story: Story) -> None:
    await places(story)
    await story.told(
        *(story.on("organisation.established", "2026-01-01", organisation=key, kind="party.work_committee.industry", **OPEN) for key in ("web", "food")),
        story.on("organisation.established", "2026-01-01", organisation="b3", kind="party.branch", parent="b2", **OPEN),
        *(story.on("member.joined", "2026-01-01", member=f"m{n}", organisation=branch, standing="full", **OPEN) for n, branch in enumerate(("b1", "b1", "b2", "b3", "e"))),
        story.on("link.set", "2026-02-01", link="l1", kind="link.belongs.industry", from_="organisation/b1", to="organisation/web"),
        story.on("link.set", "2026-02-01", link="l2", kind="link.belongs.industry", from_="organisation/b2", to="organisation/web"),
        story.on("link.set", "2026-03-01", link="l3", kind="link.belongs.industry", from_="organisation/b2", to="organisation/food"),
        story.on("link.ended", "2026-04-01", link="l1"),
    )
    await story.count()

    async def rows(day: str) -> dict[str | None, int]:
        answer = await story.ask("members", by="organisation.industry", to=day)
        assert answer["value"] == 5
        assert answer["overlaps"] is True
        return {row["key"]: row["value"] for row in answer["by"]}

    assert await rows("2026-01-31") == {None: 5}
    assert await rows("2026-02-28") == {"t:web": 4, None: 1}
    assert await rows("2026-03-31") == {"t:web": 4, "t:food": 2, None: 1}
    assert await rows("2026-04-30") == {"t:web": 2, "t:food": 2, None: 3}
    assert await story.value("members", "organisation.industry:t:web", to="2026-03-31") == 4
    assert await story.value("members", "organisation.industry:t:food", to="2026-03-31", org="t:c") == 2


async def test_of_narrows_only_what_says_what_it_is_about(story: Story) -> None:
    await places(story)
    await story.told(
        story.on("unit.registered", "2026-01-02", unit="u", kind="unit.enterprise", area="g1"),
        *(story.on("case.opened", "2026-02-01", case=f"k{n}", kind="livelihood", organisation="b1", **({"of": "unit/u"} if n else {})) for n in range(3)),
        story.on("case.moved", "2026-02-02", case="k1", to="resolved"),
    )
    await story.count()

    assert await story.value("cases.opened", of="unit/t:u") == 2
    assert await story.value("cases.resolved", of="unit/t:u") == 1
    answer = await story.ask("cases.resolution_rate", of="unit/t:u")
    assert (answer["num"], answer["den"]) == (1, 2)
