"""Made-up outlines for a tree of areas: each node's polygon is cut into one piece for each child, as large as what lies below it. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from math import cos, pi, sin, sqrt, tau
from typing import NamedTuple

Point = tuple[float, float]
Ring = list[Point]
"""A convex polygon in kilometres east and north, counter-clockwise, not closed."""

_CORNERS = 14
_STEPS = 48  # halvings of where a cut lies: far below a metre


class Area(NamedTuple):
    """One area of a tree."""

    key: str
    parent: str | None
    kind: str = ""


def draw(areas: Sequence[Area], leaf_km2: float = 0.5) -> dict[str, Ring]:
    """An outline for every area: children fill their parent and do not overlap, roots lie side by side. The same tree always gives the same outlines."""
    known = {area.key for area in areas}
    children: dict[str | None, list[str]] = {}
    for area in areas:
        children.setdefault(area.parent if area.parent in known else None, []).append(area.key)
    leaves: dict[str, int] = {}
    for key in reversed(_downwards(children)):
        leaves[key] = sum(leaves[child] for child in children.get(key, ())) or 1
    found: dict[str, Ring] = {}
    east = 0.0
    for root in children.get(None, ()):
        radius = sqrt(leaves[root] * leaf_km2 / pi)
        found[root] = _outline(root, (east + 1.3 * radius, 0.0), radius)
        east += 2.8 * radius
    for key in _downwards(children):
        found |= _cut(found[key], children.get(key, ()), leaves, key)
    return found


def size(ring: Sequence[Point]) -> float:
    """The area inside a ring, in square kilometres."""
    return sum(x * v - u * y for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _downwards(children: Mapping[str | None, list[str]]) -> list[str]:
    """Every node that can be reached from a root, each after its parent."""
    found = list(children.get(None, ()))
    for key in found:
        found.extend(children.get(key, ()))
    return found


def _outline(key: str, centre: Point, radius: float) -> Ring:
    """A convex polygon: corners anywhere on an ellipse."""
    angles = [tau * (number + 0.7 * _chance(key, number)) / _CORNERS for number in range(_CORNERS)]
    return [(centre[0] + 1.2 * radius * cos(angle), centre[1] + 0.85 * radius * sin(angle)) for angle in angles]


def _cut(ring: Ring, keys: Sequence[str], leaves: Mapping[str, int], name: str) -> dict[str, Ring]:
    """One piece for each key, by halves of about the same weight, across the longer side."""
    if not keys:
        return {}
    if len(keys) == 1:
        return {keys[0]: ring}
    weights = [leaves[key] for key in keys]
    at = min(range(1, len(keys)), key=lambda number: abs(2 * sum(weights[:number]) - sum(weights)))
    share = sum(weights[:at]) / sum(weights)
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    angle = (0 if max(xs) - min(xs) >= max(ys) - min(ys) else pi / 2) + 0.5 * (_chance(name, at) - 0.5)
    across = (cos(angle), sin(angle))
    edges = [x * across[0] + y * across[1] for x, y in ring]
    low, high, wanted = min(edges), max(edges), share * size(ring)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if size(_below(ring, across, middle)) < wanted else (low, middle)
    rest = _below(ring, (-across[0], -across[1]), -low)
    return _cut(_below(ring, across, low), keys[:at], leaves, f"{name}<") | _cut(rest, keys[at:], leaves, f"{name}>")


def _below(ring: Ring, across: Point, limit: float) -> Ring:
    """The part of a convex polygon on the near side of a line."""
    kept: Ring = []
    for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True):
        here, there = x * across[0] + y * across[1] - limit, u * across[0] + v * across[1] - limit
        if here <= 0:
            kept.append((x, y))
        if here < 0 < there or there < 0 < here:
            part = here / (here - there)
            kept.append((x + part * (u - x), y + part * (v - y)))
    return kept


def _chance(key: str, number: int) -> float:
    """A number from 0 to 1 that is always the same for the same key."""
    return int.from_bytes(hashlib.sha256(f"{key} {number}".encode()).digest()[:4]) / 2**32
