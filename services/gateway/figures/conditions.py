"""Conditions on dimensions: whether a value passes, and how `where=` writes one."""

from collections.abc import Iterable, Mapping

from services.kernel.catalogue.metrics import Condition

_ENDLESS = 2**63


class UnreadableConditionError(Exception):
    """A `where` that is no condition; the text says what one looks like."""


def passes(condition: Condition, value: str | None) -> bool:
    """Whether a value (None: there is none) passes. A set passes if one of its values does; a band if all of it is at least, or at most, the number."""
    if condition.op == "=":
        return value is not None and any(one in condition.values for one in values_of(value))
    if condition.op == "!=":
        return value is None or not any(one in condition.values for one in values_of(value))
    band, bound = _band(value or ""), _number(condition.values[0])
    if band is None or bound is None:
        return False
    return band[0] >= bound if condition.op == ">=" else band[1] <= bound


def all_pass(conditions: Iterable[Condition], dims: Mapping[str, str]) -> bool:
    """Whether dims pass every condition."""
    return all(passes(one, dims.get(one.dimension)) for one in conditions)


def values_of(value: str) -> list[str]:
    """The values of a dimension: one, or each of a set."""
    return value.split(",")


def _band(text: str) -> tuple[int, int] | None:
    """The least and the greatest number of a band as kernel.catalogue.kinds.band_of writes it: 7, 10-49, 50+, <10."""
    if text.startswith("<"):
        end = _number(text[1:])
        return None if end is None else (-_ENDLESS, end - 1)
    if text.endswith("+"):
        start = _number(text[:-1])
        return None if start is None else (start, _ENDLESS)
    low, dash, high = text[1:].partition("-")
    first, last = _number(text[:1] + low), _number(high if dash else text)
    return None if first is None or last is None else (first, last)


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def read_condition(text: str) -> Condition:
    """A condition from `dimension:value`, `dimension>=n` or `dimension<=n`."""
    for operator in (">=", "<="):
        name, sign, bound = text.partition(operator)
        if sign and name and ":" not in name:
            if _number(bound) is None:
                raise UnreadableConditionError(f"{bound!r} is no whole number: write {name}{operator}60")
            return Condition(dimension=name, values=(bound,), op=">=" if operator == ">=" else "<=")
    name, colon, value = text.partition(":")
    if not colon or not name or not value:
        raise UnreadableConditionError(f"{text!r} is no condition: write dimension:value, dimension>=60 or dimension<=60")
    return Condition(dimension=name, values=(value,))


def joined(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions of a question: several equalities of one dimension made one (any of them will do); ordered, so equal questions are equal."""
    equal: dict[str, set[str]] = {}
    bounds = set()
    for one in conditions:
        if one.op == "=":
            equal.setdefault(one.dimension, set()).update(one.values)
        else:
            bounds.add(one)
    made = [Condition(dimension=name, values=tuple(sorted(values))) for name, values in equal.items()]
    return tuple(sorted([*bounds, *made], key=lambda one: (one.dimension, one.op, one.values)))


def is_of_place(condition: Condition) -> bool:
    """Whether it is about the place something stands at (`organisation.kind`) and not about the thing."""
    return condition.dimension.partition(".")[0] in {"area", "organisation"} and "." in condition.dimension
