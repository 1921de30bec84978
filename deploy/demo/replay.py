"""The shape of replay.yaml: what a place's systems would have told, as data."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from services.kernel.catalogue.layers import folders_of

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
    cut: int | None = None  # so many instead of `count` where a cut of the replay is asked for
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


def load_replay(catalogue: Path, place: str, *, cut: bool = False) -> Replay:
    """The replay of a place; UnknownPlaceError, or what msgspec says is wrong in the file. A cut one is the same with fewer of what there is most of."""
    replay = msgspec.convert(read_file(catalogue, place, "replay.yaml"), Replay)
    return msgspec.structs.replace(replay, steps=[_cut(step) for step in replay.steps]) if cut else replay


def _cut(step: Step) -> Step:
    return step if step.cut is None else msgspec.structs.replace(step, count=step.cut)


def read_file(catalogue: Path, place: str, name: str) -> Any:
    """One of a place's YAML files as plain values."""
    paths = [folder / "places" / place / name for folder in folders_of(catalogue)]
    path = next((path for path in reversed(paths) if path.is_file()), None)
    if path is None:
        known = ", ".join(places(catalogue, name)) or "none"
        raise UnknownPlaceError(f"there is no {paths[-1]}; places with a {name}: {known}")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def places(catalogue: Path, name: str = "figures.yaml") -> list[str]:
    """The places that have such a file."""
    return sorted({path.parent.name for folder in folders_of(catalogue) for path in folder.glob(f"places/*/{name}")})
