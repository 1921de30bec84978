"""The shapes of the members room's own API."""

from typing import Annotated

from pydantic import RootModel, StringConstraints

Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
Value = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class PersonFields(RootModel[dict[Word, Value]]):
    """What the vault keeps of a person: name, phone and the like, each a string."""
