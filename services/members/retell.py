"""Tells this room's log again under another catalogue: `python -m services.members.retell`, a part of `./run retell`."""

import sys

from services.kernel.catalogue import Catalogue
from services.kernel.contracts.reading import Reader
from services.kernel.retelling.room import accepted_stays, main
from services.members.counting import Counting
from services.members.model import MembersModel


def parts(catalogue: Catalogue, reader: Reader) -> tuple[MembersModel, Counting]:
    """The room's rules and its counting; what was accepted is not held against its kind again."""
    return MembersModel(accepted_stays, reader.unlinked), Counting(catalogue)


if __name__ == "__main__":
    sys.exit(main("members", parts))
