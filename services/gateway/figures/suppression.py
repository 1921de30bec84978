"""Numbers of restricted kinds are shown only where they are large enough to hide in, and so that what is kept back cannot be worked out from what is shown.

A number is small from 1 up to below `LEAST_SHOWN`. Kept back are, with all numbers beside them: a count that is small; a rate whose denominator is small, or
whose numerator, or what its numerator lacks of it (where nine of a hundred households are not in debt, the nine are known); a change from or to a number that
is kept back. Where rows, or the points of a flow's series, add up to a number that is shown, those kept back are at least two, and together none of their
parts is small: the next smallest rows are kept back with them until that is so. What several questions tell together, or one on several days, is not looked at.
"""

from collections.abc import Sequence

from services.gateway.figures.answer import Json
from services.gateway.figures.guard import is_restricted
from services.kernel.catalogue.catalogue import Catalogue

LEAST_SHOWN = 10
"""Of restricted kinds, a number from 1 up to below this is not shown: it could be somebody one knows."""

_NUMBERS = ("value", "num", "den", "count", "mean", "p50", "p90", "change")


def suppressed(catalogue: Catalogue, kinds: set[str], answer: Json, by: str, *, is_flow: bool = False) -> Json:
    """The answer without what must be kept back. Where other kinds are counted along with restricted ones, only rows by kind are looked at.

    `is_flow`: the points of a series add up.
    """
    restricted = {kind for kind in kinds if is_restricted(catalogue, kind)}
    whole = bool(kinds) and restricted == kinds
    if not whole and not (by == "kind" and restricted):
        return answer
    shown = _whole(answer) if whole else dict(answer)
    if "by" in shown:
        asked = [whole or is_restricted(catalogue, row["key"] or "") for row in shown["by"]]
        shown["by"] = _rows(shown["by"], asked, add_up="suppressed" not in shown)
        if any(row["key"] is None and "suppressed" in row for row in shown["by"]):
            shown["unplaced"] = None
    if "series" in shown and whole:
        shown["series"] = _rows(shown["series"], [True] * len(shown["series"]), add_up=is_flow and "suppressed" not in shown)
    if "versions" in shown and whole:
        shown["versions"] = _rows(shown["versions"], [True] * len(shown["versions"]), add_up=False)
    return shown


def _whole(answer: Json) -> Json:
    """The answer's own numbers, with those beside them."""
    (shown,) = _rows([answer], [True], add_up=False)
    for name in ("unplaced", "pending"):
        if name in shown and ("suppressed" in shown or _is_few(shown[name])):
            shown[name] = None
    if "excluded" in shown:
        shown["excluded"] = [{**one, "count": None} if _is_few(one["count"]) else one for one in shown["excluded"]]
    return shown


def _rows(rows: Sequence[Json], asked: Sequence[bool], *, add_up: bool) -> list[Json]:
    """Rows, and what they are compared with, without what must be kept back of those that are asked about."""
    now = _kept_back(rows, asked, add_up=add_up)
    shown = [_without(row) if kept else dict(row) for row, kept in zip(rows, now, strict=True)]
    if all("compare" in row for row in rows):
        before = _kept_back([row["compare"] for row in rows], asked, add_up=add_up)
        for row, kept_now, kept_before in zip(shown, now, before, strict=True):
            row["compare"] = _without(row["compare"]) if kept_before else {**row["compare"], "change": None} if kept_now else row["compare"]
    return shown


def _kept_back(rows: Sequence[Json], asked: Sequence[bool], *, add_up: bool) -> list[bool]:
    """Which rows are: small ones, and where they add up to what is shown, so many more that nobody subtracts his way to them."""
    parts = [_parts(row) for row in rows]
    kept = [here and any(map(_is_few, of)) for here, of in zip(asked, parts, strict=True)]
    if not add_up or not any(kept):
        return kept
    for at in sorted((at for at, of in enumerate(parts) if any(of) and not kept[at]), key=lambda at: (abs(parts[at][0]), at)):
        together = [sum(column) for column in zip(*(of for of, is_kept in zip(parts, kept, strict=True) if is_kept), strict=True)]
        if sum(kept) > 1 and not any(map(_is_few, together)):
            break
        kept[at] = True
    return kept


def _parts(numbers: Json) -> tuple[float, float, float]:
    """What is counted: how many; of a rate how many of them are in its numerator, and how many are not if that is a part of it."""
    if "den" not in numbers:
        return numbers.get("count", numbers["value"]) or 0, 0, 0
    den, num = numbers["den"] or 0, numbers["num"] or 0
    return den, num, den - num if 0 <= num <= den else 0


def _is_few(number: float | None) -> bool:
    return number is not None and 0 < abs(number) < LEAST_SHOWN


def _without(numbers: Json) -> Json:
    return {**{name: None if name in _NUMBERS else value for name, value in numbers.items()}, "suppressed": True}
