"""The trees of areas and organisations: several roots side by side, no circles, also none through what was merged."""

from services.kernel.contracts.commands import Command
from services.kernel.errors import Code, Fault, refuse
from services.kernel.writing.model import Entities
from services.members.model.families import family_of, pointed_at


def check_place(command: Command, field: str, entities: Entities) -> str | None:
    """The node a field (`parent`, `into`) puts this one under or into; raises invalid for another family, itself or a descendant.

    A merged node stands for the one it went into: the way up leads through it.
    """
    above = pointed_at(command, field)
    if above is None:
        return None
    if family_of(above) != command.family:
        raise _invalid(field, f"{above} is no {command.family}: a {command.family} stands under, and goes into, its own family only")
    seen: set[str] = set()
    node: str | None = above
    while node is not None and node not in seen:
        if node == command.subject:
            what = "itself" if above == command.subject else "a descendant of its own"
            raise _invalid(field, f"{command.subject} cannot be put under or into {above}, which is {what}")
        seen.add(node)
        entity = entities.get(node)
        node = None if entity is None else entity.parent
    return above


def _invalid(field: str, detail: str) -> Exception:
    return refuse(Code.INVALID, detail, Fault(f"/data/{field}", detail))
