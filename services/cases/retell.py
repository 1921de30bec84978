"""Tells this room's log again under another catalogue: `python -m services.cases.retell`, a part of `./run retell`."""

import sys

from typing_extensions import override

from services.cases.counting import Counting
from services.cases.model import CasesModel
from services.cases.workflows import Workflows
from services.kernel.catalogue import Catalogue
from services.kernel.contracts.reading import Reader
from services.kernel.retelling.room import accepted_stays, main


class _Told(Workflows):
    """The ways that cases took before are not judged by the ways there are now; a state that went counts as one that nobody knows."""

    @override
    def bar_illegal(self, kind: str, now: str, to: str) -> None:
        return


def parts(catalogue: Catalogue, reader: Reader) -> tuple[CasesModel, Counting]:
    """The room's rules and its counting; what was accepted is not held against its kind or its workflow again."""
    workflows = _Told(catalogue.kinds)
    return CasesModel(workflows, accepted_stays, reader.unlinked), Counting(catalogue, workflows)


if __name__ == "__main__":
    sys.exit(main("cases", parts))
