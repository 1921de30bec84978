"""How long an answer is waited for."""

import pytest

from services.kernel.postgres.database import Database

SLOW = "SELECT pg_sleep(0.5)"


async def test_an_answer_that_does_not_come_is_given_up_but_not_by_a_job_that_takes_its_time(database_dsn: str) -> None:
    hurried = await Database.connect(database_dsn, name="test", wait_s=0.1)
    patient = await Database.connect(database_dsn, name="test", wait_s=None)

    with pytest.raises(TimeoutError):
        await hurried.pool.execute(SLOW)
    assert await patient.pool.execute(SLOW) == "SELECT 1"

    await hurried.close()
    await patient.close()
