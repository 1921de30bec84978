"""Who hangs on others is looked up in every batch, so it must not cost more as a room fills."""

from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load

ROOMS = ("members", "activities", "cases")
SQL = {room: load("services.kernel.writing", "entities.sql", room=room) for room in ROOMS}


async def test_dependants_are_found_by_their_index_in_a_full_room(database: Database) -> None:
    async with database.transaction() as connection:
        for room in ROOMS:
            await connection.execute(
                f"INSERT INTO {room}.entity (subject, family, depends, state) SELECT 'thing/t:' || n, 'thing',"
                f" CASE WHEN n % 1000 = 0 THEN ARRAY['thing/t:' || n - 1] ELSE '{{}}'::text[] END, '{{}}' FROM generate_series(1, 20000) AS n"
            )
    for room in ROOMS:
        async with database.transaction() as connection:
            await connection.execute(f"ANALYZE {room}.entity")
            asked = [f"thing/t:{number}" for number in range(501, 1001)]
            plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {SQL[room].lock_dependants}", asked))
            assert "Bitmap Index Scan on entity_depends" in plan, plan
            assert [row["subject"] for row in await connection.fetch(SQL[room].lock_dependants, asked)] == ["thing/t:1000"]
