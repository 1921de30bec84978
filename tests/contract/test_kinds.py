"""Each kind's example is what the contract reads and its room accepts; and every line of the published lists of systems and figures is carried."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from services.activities.counting import Counting as ActivitiesCounting
from services.activities.model import ActivitiesModel
from services.cases.counting import Counting as CasesCounting
from services.cases.model import CasesModel
from services.cases.workflows import Workflows
from services.kernel.catalogue import Kind, load
from services.kernel.contracts.checking import KindCheck
from services.kernel.contracts.commands import Command
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.kind_examples import SOURCE, TELLER, example_reader, flaws_of_examples, read_example
from services.kernel.contracts.registry import OWNERS
from services.kernel.errors import RefusedError
from services.kernel.writing.batch import Batch, Result
from services.kernel.writing.model import Entities
from services.members.counting import Counting as MembersCounting
from services.members.model import MembersModel

CATALOGUE = load(Path(__file__).resolve().parents[2] / "catalogue")
SHOWN = [kind for kind in CATALOGUE.kinds.values() if kind.example is not None]
READER = example_reader(CATALOGUE)
CHECK = KindCheck(CATALOGUE)
WORKFLOWS = Workflows(CATALOGUE.kinds)
ROOMS = {
    "members": (MembersModel(CHECK, READER.unlinked), MembersCounting(CATALOGUE)),
    "activities": (ActivitiesModel(CHECK, READER.unlinked), ActivitiesCounting(CATALOGUE)),
    "cases": (CasesModel(WORKFLOWS, CHECK, READER.unlinked), CasesCounting(CATALOGUE, WORKFLOWS)),
}
LEAST = {
    "area": ("area.defined", {"kind": "area"}),
    "organisation": ("organisation.established", {"kind": "organisation"}),
    "member": ("member.joined", {"organisation": "organisation-of-a-member", "standing": "full"}),
    "unit": ("unit.registered", {"kind": "unit"}),
    "entry": ("entry.registered", {"kind": "entry"}),
    "activity": ("activity.held", {"kind": "activity", "organisation": "lead", "starts": "2018-01-02T09:00:00+08:00"}),
    "case": ("case.opened", {"kind": "case"}),
}
ROWS = {"R": 49, "A": 33, "C": 42, "M": 47}


def _told_before(command: Command, made: dict[str, Command]) -> Iterator[Command]:
    """What must be known before the command: events that make the things it names, those they name first."""
    model, _ = ROOMS[OWNERS[command.family]]
    for subject in model.touched(command):
        if subject == command.subject or subject in made:
            continue
        made[subject] = first = _maker(subject)
        yield from _told_before(first, made)
        yield first


def _maker(subject: str) -> Command:
    """Another kind's example that makes it, else the least that can be said of it."""
    for kind in SHOWN:
        command = EXAMPLES.get(kind.id)
        if command is not None and command.subject == subject:
            return msgspec.structs.replace(command, time=datetime(2000, 1, 2, tzinfo=UTC)) if command.family not in ("activity", "attendance") else command
    family, _, key = subject.partition("/")
    verb, data = LEAST[family]
    head = {"specversion": "1.0", "id": f"least.{subject}", "source": SOURCE, "type": f"org.wangge.{verb}.v1", "time": "2000-01-02T09:00:00+08:00"}
    least = READER.read(decode_event(msgspec.json.encode({**head, "data": {family: key.rpartition(":")[2], **data}})), TELLER)
    return msgspec.structs.replace(least, subject=subject)  # a member's key is a pseudonym already


def _read(kind: Kind) -> Command | None:
    try:
        return read_example(READER, kind)
    except RefusedError:  # the test that reads it says why
        return None


EXAMPLES = {kind.id: command for kind in SHOWN if (command := _read(kind)) is not None}


def _decide(command: Command) -> Result:
    model, counting = ROOMS[OWNERS[command.family]]
    batch = Batch(model, counting, lambda: datetime(2999, 1, 1, tzinfo=UTC), Entities(()), {})
    return batch.decide([*_told_before(command, {}), command]).results[-1]


def test_the_examples_are_read_by_the_contract_and_no_carried_row_is_without_one() -> None:
    assert [flaw.text() for flaw in flaws_of_examples(CATALOGUE)] == []


@pytest.mark.parametrize("kind_id", EXAMPLES)
def test_the_room_that_owns_a_kind_accepts_its_example(kind_id: str) -> None:
    result = _decide(EXAMPLES[kind_id])

    assert (result.status, result.problem) == ("accepted", None)


@pytest.mark.parametrize("kind_id", EXAMPLES)
def test_what_the_log_keeps_of_it_is_read_again_as_the_same_command_and_nobody_is_hidden_twice(kind_id: str) -> None:
    command = EXAMPLES[kind_id]

    again = READER.retold(command.told)

    judged = ("content", "foreign", "kinds", "namespace")
    assert {name: getattr(again, name) for name in command.__struct_fields__ if name not in judged} == {
        name: getattr(command, name) for name in command.__struct_fields__ if name not in judged
    }


def test_an_example_that_names_what_its_kind_does_not_allow_would_be_refused() -> None:
    command = EXAMPLES[next(kind.id for kind in SHOWN if kind.family == "unit")]
    broken = msgspec.structs.replace(command, family="unit", verb="changed")

    assert _decide(broken).status == "rejected"


@pytest.mark.parametrize("letter", "RAC")
def test_every_system_of_the_four_districts_is_carried_by_a_kind(letter: str) -> None:
    carried = {row for kind in CATALOGUE.kinds.values() for row in kind.rows}

    assert [f"{letter}{number}" for number in range(1, ROWS[letter] + 1) if f"{letter}{number}" not in carried] == []
    assert {row for row in carried if row[0] == letter} <= {f"{letter}{number}" for number in range(1, ROWS[letter] + 1)}


def test_every_figure_that_is_asked_for_has_a_definition() -> None:
    carried = {row for versions in CATALOGUE.definitions.values() for metric in versions for row in metric.rows}

    assert [f"M{number}" for number in range(1, ROWS["M"] + 1) if f"M{number}" not in carried] == []
    assert carried <= {f"M{number}" for number in range(1, ROWS["M"] + 1)}
