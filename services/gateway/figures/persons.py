"""Lists without people: a reader without the class learns how many, where and when, and never who."""

from services.gateway.figures.answer import Json
from services.gateway.figures.guard import is_about_person, is_restricted
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import ITEMS as SQL
from services.kernel.catalogue.catalogue import Catalogue

PEOPLE = frozenset({"person", "member"})
_KEPT = ("areas", "organisations")  # what these count is no person


async def without_persons(snapshot: Snapshot, catalogue: Catalogue, page: Json) -> Json:
    """The page with every key of a person taken out, of the items and of their roles; such an item says `withheld`."""
    named = {reference for item in page["items"] for reference in (*item.get("roles", {}).values(), _thing(item))}
    hidden = await _hidden(snapshot, catalogue, sorted(one for one in named if one.partition("/")[0] not in PEOPLE))
    return {**page, "items": [_shown(item, hidden, catalogue) for item in page["items"]]}


def _thing(item: Json) -> str:
    return f"{item['family']}/{item['key']}"


def _shown(item: Json, hidden: set[str], catalogue: Catalogue) -> Json:
    shown = dict(item)
    # Of who stands in a role, the kind is that of the row: what it is itself, its family and its key tell.
    if item["family"] in PEOPLE or is_about_person(catalogue, item["kind"]) or _thing(item) in hidden:
        shown |= {"key": None, "withheld": True}
    if "roles" in item:
        shown["roles"] = {
            role: None if reference.partition("/")[0] in PEOPLE or reference in hidden else reference for role, reference in item["roles"].items()
        }
    return shown


async def _hidden(snapshot: Snapshot, catalogue: Catalogue, named: list[str]) -> set[str]:
    """Which of these are things that stand for a person or are restricted."""
    measures = [one.id for one in catalogue.measures.values() if one.nature == "stock" and one.id not in _KEPT and not one.internal]
    labels = [(measure, label.kind) for measure in measures for label in snapshot.labels(measure)]
    withheld = {(measure, kind) for measure, kind in labels if is_about_person(catalogue, kind) or is_restricted(catalogue, kind)}
    if not named or not withheld:
        return set()
    columns = [list(column) for column in zip(*sorted(withheld), strict=True)]
    records = await snapshot.connection.fetch(SQL.list_withheld, snapshot.head.generation, *columns, named)
    return {record["thing"] for record in records}
