"""Tells this room's log again under another catalogue: `python -m services.activities.retell`, a part of `./run retell`."""

import sys

from services.activities.counting import Counting
from services.activities.model import ActivitiesModel
from services.kernel.catalogue import Catalogue
from services.kernel.contracts.reading import Reader
from services.kernel.retelling.room import accepted_stays, main


def parts(catalogue: Catalogue, reader: Reader) -> tuple[ActivitiesModel, Counting]:
    """The room's rules and its counting; what was accepted is not held against its kind again."""
    return ActivitiesModel(accepted_stays, reader.unlinked), Counting(catalogue)


if __name__ == "__main__":
    sys.exit(main("activities", parts))
