"""Is a workflow one that a case can live by? One beginning, every state within reach, a way out of each that is not the end."""

from collections.abc import Iterator

from services.kernel.catalogue.kinds import Kind, State
from services.kernel.catalogue.source import Flaw, Source


def check_workflow(source: Source, kind: Kind, *, own: bool) -> Iterator[Flaw]:
    """The flaws of a case kind's states; an inherited workflow is checked where it is declared."""
    at = ("kinds", kind.id, "states")
    if not kind.states:
        yield source.flaw(("kinds", kind.id), f"{kind.id} has no states", "Add states, or declare them for the kind case")
        return
    if not own:
        return
    for what, mend in _faults(kind.states):
        yield source.flaw(at, f"{kind.id}: {what}", mend)
    for number, state in enumerate(kind.states):
        known = {other.id for other in kind.states}
        for target in state.to:
            if target not in known or target == state.id:
                what = "itself" if target == state.id else "no state"
                yield source.flaw((*at, number, "to"), f"{kind.id}: {state.id} leads to {target}, which is {what}", "Mend its to:")


def _faults(states: tuple[State, ...]) -> Iterator[tuple[str, str]]:
    ids = [state.id for state in states]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        yield f"{', '.join(twice)} is declared twice", "Keep one"
    initial = [state.id for state in states if state.initial]
    if len(initial) != 1:
        yield f"{len(initial)} states are initial", "Mark exactly one"
        return
    if not any(state.final for state in states):
        yield "no state is final: a case could never be closed", "Mark the last ones final"
    reached = _reachable(states, initial[0])
    for state in states:
        if state.id not in reached:
            yield f"no way leads to {state.id}", "Add it to the to: of another state"
        if not state.final and not any(other.final and other.id in _reachable(states, state.id) for other in states):
            yield f"no way leads from {state.id} to a final state", "Add one to its to:"


def _reachable(states: tuple[State, ...], start: str) -> set[str]:
    ways = {state.id: state.to for state in states}
    reached, open_ = {start}, [start]
    while open_:
        for target in ways.get(open_.pop(), ()):
            if target not in reached:
                reached.add(target)
                open_.append(target)
    return reached
