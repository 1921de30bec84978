"""The shape of replay.yaml: what a place's systems would have told, as data."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

Template = Any
"""A value with placeholders and operators in it; see values.py."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events of one type: so many, or one for each thing of an earlier step, with what then happens to each."""

    name: str
    type: str  # family.verb
    at: Template
    key: str
    data: dict[str, Template]
    count: int | None = None
    each: str | None = None  # the name of an earlier step
    first: int | None = None  # only so many of those
    times: int = 1  # for each of them
    late: str | None = None  # told so much later than it happened
    let: dict[str, Template] = {}
    then: tuple["Follow", ...] = ()


class Follow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens next to a step's things; `only` so many of them, chosen by chance, go on."""

    type: str
    after: Annotated[list[str], msgspec.Meta(min_length=2, max_length=2)] | str
    data: dict[str, Template]
    only: int | None = None


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of a place's steps, in an order in which each refers only to earlier ones."""

    source: str
    seed: int
    cut_off: date
    steps: list[Step]


class UnknownPlaceError(Exception):
    """There is no such place, or it has no such file; the message says which places there are."""


def load_replay(catalogue: Path, place: str) -> Replay:
    """The replay of a place; UnknownPlaceError, or what msgspec says is wrong in the file."""
    return msgspec.convert(read_file(catalogue, place, "replay.yaml"), Replay)


def read_file(catalogue: Path, place: str, name: str) -> Any:
    """One of a place's YAML files as plain values."""
    path = catalogue / "places" / place / name
    if not path.is_file():
        known = ", ".join(places(catalogue, name)) or "none"
        raise UnknownPlaceError(f"there is no {path}; places with a {name}: {known}")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def places(catalogue: Path, name: str = "figures.yaml") -> list[str]:
    """The places that have such a file."""
    return sorted(path.parent.name for path in catalogue.glob(f"places/*/{name}"))
