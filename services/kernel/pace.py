"""How often a loop begins a round: at once after a rest, and otherwise at a pace.

Each round of a relay, a commit or a screen costs much the same whether it carries one event or fifty. So what comes alone is carried on at once, and what
comes in a stream travels together, which costs each event half a pause on average and the machine a fraction of the rounds.
"""

from asyncio import sleep
from time import monotonic


class Pace:
    """The moments at which one loop's rounds begin."""

    def __init__(self) -> None:
        self._began = float("-inf")

    async def keep(self, seconds: float) -> None:
        """Returns when the last return is so many seconds ago: at once after a rest of that length."""
        left = self._began + seconds - monotonic()
        if left > 0:
            await sleep(left)
        self._began = monotonic()
