"""What a node belongs under in a tree beside the tree: what its links lead to, and what that belongs to; else what its parent does."""

from datetime import date

from services.gateway.figures.forest import Forest, TreeLink, TreeRow
from services.gateway.figures.tree import Trees

DAY = date(2026, 1, 1)


def _trees(parents: dict[str, str | None], links: list[tuple[str, str]], *, merged: dict[str, str] | None = None, on: date = DAY) -> Trees:
    rows = [TreeRow(f"organisation/{key}", "organisation.party", None, parent, "{}", DAY, None) for key, parent in parents.items()]
    rows += [TreeRow(f"organisation/{key}", "organisation.party", None, None, f'{{"into":"{into}"}}', DAY, None) for key, into in (merged or {}).items()]
    told = [TreeLink("link.under", f"organisation/{child}", f"organisation/{parent}", DAY, date(2026, 2, 1)) for child, parent in links]
    return Trees(Forest(rows, links=told, seconds={"link.under": "industry"}), on)


def _under(trees: Trees) -> dict[str, str | None]:
    return {key: standing.attribute("industry") for key, standing in trees.organisations.nodes.items()}


def test_a_node_belongs_under_what_its_links_lead_to_and_all_above_that() -> None:
    trees = _trees({"a": None, "b": None, "x": None, "y": None}, [("a", "x"), ("a", "b"), ("b", "y")])

    assert _under(trees) == {"a": "b,x,y", "b": "b,y", "x": "x", "y": "y"}


def test_one_without_a_link_belongs_where_its_parent_does() -> None:
    trees = _trees({"c": None, "b": "c", "leaf": "b", "own": "b", "x": None, "y": None}, [("c", "x"), ("own", "y")])

    assert _under(trees) == {"c": "x", "b": "x", "leaf": "x", "own": "y", "x": "x", "y": "y"}


def test_links_in_a_ring_and_those_of_other_days_lead_nowhere_endless() -> None:
    assert _under(_trees({"a": None, "b": None}, [("a", "b"), ("b", "a")])) == {"a": "a,b", "b": "a,b"}
    assert _under(_trees({"a": None, "b": None}, [("a", "b")], on=date(2026, 2, 1))) == {"a": None, "b": None}


def test_merges_of_both_ends_are_followed() -> None:
    trees = _trees({"a": None, "b": None, "x": None, "y": None}, [("a", "x")], merged={"x": "y", "a": "b"})

    assert _under(trees)["b"] == "y"
