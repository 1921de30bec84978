"""The statements over figures. Most begin with the same words, which axes are asked and where they fall, and stand in the file without them."""

from services.kernel.postgres.queries import Queries, load

_ALONE = {
    "read_head", "list_changes", "list_labels", "list_tree", "list_tree_links",
    "count_axes", "span_of_cells", "sum_cell_days", "sum_fresh_days", "read_last_tree_change", "list_standing_places",
    "list_withheld", "read_told",
}  # fmt: skip
_FIGURES = load("services.gateway", "sql/figures.sql")
_ITEMS = load("services.gateway", "sql/figures_items.sql")


def _whole(queries: Queries) -> Queries:
    statements = {}
    for name in queries.names():
        text = getattr(queries, name)
        statements[name] = text if name in _ALONE else f"{_FIGURES.asked_axes}\n{text}"
    return Queries(statements, "services.gateway/sql/figures.sql")


SQL = _whole(_FIGURES)
"""Sums, distinct counts and coverages."""

ITEMS = _whole(_ITEMS)
"""Lists."""
