"""Workflows as this room reads them: data of a kind in the catalogue, never code."""

from collections.abc import Mapping

from services.kernel.catalogue.kinds import Kind, Names, State
from services.kernel.errors import Code, Fault, refuse

UNKNOWN = State(id="", names=Names(zh="未知", en="unknown"))
"""How a state counts that an earlier catalogue had and the present one has not: open, unsolved, and with no way on but a changed kind."""


class Workflows:
    """The states of every kind of case: which there are, what they mean, where one may go."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._states = {name: {state.id: state for state in kind.states} for name, kind in kinds.items() if kind.states}

    def state(self, kind: str, name: str) -> State:
        """What a state of a kind means."""
        return self._states.get(kind, {}).get(name, UNKNOWN)

    def names(self, kind: str) -> tuple[str, ...]:
        """The states a kind has, in the order of its workflow; raises unknown-kind where it has none."""
        if kind not in self._states:
            raise refuse(Code.UNKNOWN_KIND, f"{kind} is no kind of case with a workflow", Fault("/data/kind", "has no workflow"))
        return tuple(self._states[kind])

    def initial(self, kind: str) -> str:
        """The state in which a case of a kind opens."""
        return next(name for name in self.names(kind) if self._states[kind][name].initial)

    def bar_illegal(self, kind: str, now: str, to: str) -> None:
        """Raises illegal-transition, naming the legal moves, unless a case may move from where it is now."""
        legal = self.state(kind, now).to
        if to in legal:
            return
        ways = f"to {', '.join(legal)}" if legal else "nowhere"
        absent = "" if to in self.names(kind) else f" ({kind} has no such state)"
        raise refuse(Code.ILLEGAL_TRANSITION, f"from {now} this case can move {ways}, not to {to}{absent}", Fault("/data/to", f"legal: {', '.join(legal)}"))
