"""Workflows as this room reads them: data of a kind, never code. Which states there are, where one may go, what a state means."""

from collections.abc import Callable
from typing import NamedTuple

from services.kernel.errors import Code, Fault, RefusedError, refuse


class State(NamedTuple):
    """One state: whether the matter counts as solved in it, whether the case is closed in it, and the states it may move to."""

    resolved: bool = False
    final: bool = False
    to: tuple[str, ...] = ()


UNKNOWN = State()
"""How a state counts that an earlier catalogue had and the present one has not: open and unsolved, nowhere to go but by a changed kind."""


class Workflow(NamedTuple):
    """The states of a kind by their ids, and the one in which a case opens."""

    initial: str
    states: dict[str, State]

    def state(self, name: str) -> State:
        """What a state means here."""
        return self.states.get(name, UNKNOWN)

    def bar_illegal(self, kind: str, now: str, to: str) -> None:
        """Raises illegal-transition, naming the legal moves, unless a case may move from where it is now."""
        legal = self.state(now).to
        if to in legal:
            return
        said = f"to {', '.join(legal)}" if legal else "nowhere"
        absent = "" if to in self.states else f" ({kind} has no state {to})"
        raise _illegal(f"from {now} this case can move {said}, not to {to}{absent}")


WorkflowOf = Callable[[str], Workflow]
"""The workflow of a kind; raises RefusedError where the kind has none."""


def _illegal(detail: str) -> RefusedError:
    return refuse(Code.ILLEGAL_TRANSITION, detail, Fault("/data/to", detail))
