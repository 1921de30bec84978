"""What commits brought says the same whether a measure asks first, for itself, or after others, for all of them."""

from random import Random

import pytest

from services.gateway.figures.fresh import fresh_cells
from tests.integration.gateway.figures.conftest import Stage
from tests.integration.gateway.figures.world import World


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_measures_that_share_a_reading_find_what_they_find_alone(stage: Stage, seed: int) -> None:
    commits = World(Random(seed)).commits()
    await stage.tell(*commits)
    measures = sorted(stage.catalogue.measures)
    found = 0

    for after in (0, len(commits) // 2, len(commits) - 1):
        for is_cohort in (False, True):
            alone = {}
            for measure in measures:
                async with stage.figures.snapshots.take() as snapshot:
                    alone[measure] = {tuple(row) for row in await fresh_cells(snapshot, measure, after, is_cohort=is_cohort)}
            async with stage.figures.snapshots.take() as snapshot:
                shared = {measure: {tuple(row) for row in await fresh_cells(snapshot, measure, after, is_cohort=is_cohort)} for measure in measures}
                assert len(snapshot.fresh) == 1
            assert shared == alone
            found += sum(map(len, shared.values()))

    assert found > 50
