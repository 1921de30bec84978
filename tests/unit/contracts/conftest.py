"""A reader over the common catalogue, and events of one synthetic source."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.kernel.catalogue import Catalogue, load
from services.kernel.contracts.commands import Command, Enrolled
from services.kernel.contracts.envelope import Envelope, decode_event
from services.kernel.contracts.reading import Reader
from services.kernel.errors import Problem, RefusedError
from services.kernel.people import Pseudonyms

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
HERE = Enrolled(namespace="east", register="people-east")
SOURCE = "https://grid.example.cn/platform"

Read = Callable[..., Command]
Refuse = Callable[..., Problem]


def event(verb: str, data: Any, **attributes: Any) -> Envelope:
    told = {"specversion": "1.0", "id": "e-1", "source": SOURCE, "type": f"org.wangge.{verb}.v1", "time": "2026-03-02T09:00:00+08:00", "data": data}
    return decode_event(json.dumps({**told, **attributes}).encode())


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "common").symlink_to(Path(__file__).resolve().parents[3] / "catalogue" / "common")
    place = folder / "places" / "east"
    place.mkdir(parents=True)
    (place / "kinds.yaml").write_text(
        "kinds:\n"
        "  case.abuse:\n    names: {zh: 家暴, en: Abuse}\n    class: restricted\n    unlinkable: true\n"
        "  shift.shelter:\n    names: {zh: 庇护, en: Shelter}\n    unlinkable: true\n"
        "  unit.stall:\n    names: {zh: 摊, en: Stall}\n    writers: [market]\n    valid_from: 2020-01-01\n    valid_until: 2020-12-31\n"
        "  unit.shop:\n    names: {zh: 门店, en: Shop}\n    attributes:\n"
        "      size: {type: integer, required: true, minimum: 0, dimension: true, band: [1, 10]}\n"
        "      open: {type: boolean}\n      since: {type: date}\n      keeper: {type: ref, families: [person, member]}\n"
        "      sells: {type: set, values: [food, books]}\n      note: {type: string}\n",
        encoding="utf-8",
    )
    return load(folder)


@pytest.fixture(scope="session")
def reader(catalogue: Catalogue) -> Reader:
    return Reader(catalogue, Pseudonyms(b"a key of tests only, 32 bytes ok"), lambda: NOW)


@pytest.fixture
def read(reader: Reader) -> Read:
    def read_one(verb: str, data: Any, enrolled: Enrolled = HERE, **attributes: Any) -> Command:
        return reader.read(event(verb, data, **attributes), enrolled)

    return read_one


@pytest.fixture
def refuse(reader: Reader) -> Refuse:
    def refuse_one(verb: str, data: Any, enrolled: Enrolled = HERE, **attributes: Any) -> Problem:
        with pytest.raises(RefusedError) as refused:
            reader.read(event(verb, data, **attributes), enrolled)
        return refused.value.problem

    return refuse_one
