"""What needs somebody's care: places that nobody told of, facts that could not be counted."""

from services.gateway.figures.answer import Json
from services.gateway.figures.figures import Figures
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/figures_quality.sql")
_TREE = "_tree"


async def read_quality(figures: Figures) -> Json:
    """Places named by what counts that are not in today's tree, with how much stands there, and the dead letters.

    At a place that has ended only what still stands there counts: what happened while it was needs no care.
    """
    measures = figures.catalogue.measures.values()
    async with figures.snapshots.take() as snapshot:
        head, trees, today = snapshot.head, snapshot.trees(snapshot.today), snapshot.today
        states: dict[tuple[str, str], str] = {}
        for family, key in await snapshot.connection.fetch(_SQL.list_places_named, head.generation):
            tree = trees.areas if family == "area" else trees.organisations
            if tree.live(tree.family.current(key, today)) is None:
                states[family, key] = "ended" if key in tree.nodes else "unknown"
        unknown = [f"{family}/{key}" for (family, key), state in states.items() if state == "unknown"]
        stocks = [measure.id for measure in measures if measure.nature == "stock"]
        hidden = [_TREE, *(measure.id for measure in measures if measure.internal)]
        columns = [family for family, _ in states], [key for _, key in states]
        counted = await snapshot.connection.fetch(_SQL.count_at_places, head.generation, *columns, stocks, today, unknown, hidden)
        reasons = {record["reason"]: record["count"] for record in await snapshot.connection.fetch(_SQL.count_dead_letters, head.generation)}
    return {
        "as_of": today.isoformat(),
        "unplaced": [{**dict(record.items()), "state": states[record["family"], record["key"]]} for record in counted],
        "dead_letters": sum(reasons.values()),
        "dead_letter_reasons": reasons,
        "seen_to": head.seen_to,
        "lag_s": head.lag_s,
    }
