"""The statements over figures. Most begin with the same words, which axes are asked and where they fall; they stand in the file without them and say so."""

from services.kernel.postgres.queries import Queries, load

_BEGINS = "-- Begins with asked_axes."
_FIGURES = load("services.gateway", "sql/figures.sql")
_ITEMS = load("services.gateway", "sql/figures_items.sql")


def _whole(queries: Queries) -> Queries:
    statements = {}
    for name in queries.names():
        text = getattr(queries, name)
        statements[name] = f"{_FIGURES.asked_axes}\n{text}" if _BEGINS in text else text
    return Queries(statements, "services.gateway/sql/figures.sql")


SQL = _whole(_FIGURES)
"""Sums, distinct counts and coverages."""

CUBES = load("services.gateway", "sql/figures_cubes.sql")
"""What is kept in memory between questions."""

ITEMS = _whole(_ITEMS)
"""Lists."""
