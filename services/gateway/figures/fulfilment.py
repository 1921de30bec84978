"""How many of the live things did what they were to do: each thing tested on its own."""

from collections.abc import Awaitable, Callable

from services.gateway.figures.asking import Asked, UnsupportedDefinitionError
from services.gateway.figures.table import Table
from services.kernel.catalogue.metrics import Fulfilment, Operand

Evaluate = Callable[[str | Operand, Asked], Awaitable[Table]]


async def fulfil(asked: Asked, form: Fulfilment, evaluate: Evaluate) -> Table:
    """The fraction of the live things that pass every test."""
    raise UnsupportedDefinitionError("fulfilment is not there yet")
