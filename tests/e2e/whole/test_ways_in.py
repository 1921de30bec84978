"""The benches of the ways in, in short: each takes what it is told. How fast is not asked here."""

from deploy.local.platform import Platform
from tests.bench import freshness, ingest
from tests.bench.told import found, new_district


async def test_every_way_in_takes_a_districts_work(platform: Platform) -> None:
    district = new_district("short", grids=5)
    await found(platform, district)

    for way, events in ((ingest.batches, 80), (ingest.singles, 64), (ingest.inbound, 60)):
        assert (await way(platform, district, events, "t")).seconds > 0


async def test_every_event_comes_to_the_screen(platform: Platform) -> None:
    answers, dues = await freshness.delays(platform, 50, 1.0)

    assert len(answers) == len(dues) == 50
    assert all(due >= answer >= 0 for answer, due in zip(sorted(answers), sorted(dues), strict=True))
