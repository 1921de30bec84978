"""Two catalogues side by side: what changed, which figures that alters, and whether it holds at once or asks for a retelling.

Three sides of a change. *reading*: what is asked of rows that lie there (definitions, marks, classes, names): it holds at once, also for the past. *door*:
what may be told from now on (required attributes, bounds, writers, ways of a workflow): what was accepted stays accepted. *writing*: what rows say
(dimensions, sums, what a state means, whether people are dropped): rows that lie there say it otherwise, so facts are derived anew from what was told.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.feeding import Feeding
from services.kernel.catalogue.kinds import Attribute, Kind
from services.kernel.catalogue.load import meaning

Side = Literal["reading", "door", "writing"]
Change = Literal["added", "removed", "changed"]

_READ = frozenset(("names", "access", "marks", "tree"))


class Changed(NamedTuple):
    """One kind, measure or definition that is not the same in both."""

    section: Literal["kinds", "measures", "metrics"]
    id: str
    change: Change
    words: tuple[str, ...]  # of a kind, which of its words; else none
    side: Side
    figures: tuple[str, ...]  # ids of figures that this alters


class Comparison(NamedTuple):
    """What an operator decides by."""

    old: str
    new: str
    changes: tuple[Changed, ...]

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure that any change alters, sorted."""
        return tuple(sorted({figure for one in self.changes for figure in one.figures}))

    @property
    def rewritten(self) -> tuple[str, ...]:
        """The kinds whose rows would be others: where things of them were told, they must be told anew."""
        return tuple(one.id for one in self.changes if one.side == "writing")

    def as_json(self) -> dict[str, object]:
        """The document that `catalogue diff --json` prints."""
        changes = [{name: list(value) if isinstance(value, tuple) else value for name, value in one._asdict().items()} for one in self.changes]
        return {"old": self.old, "new": self.new, "changes": changes, "figures": list(self.figures), "needs_retelling": list(self.rewritten)}


def compare(old: Catalogue, new: Catalogue) -> Comparison:
    """All that differs in meaning, in order; words for readers (rows, source, note, example) differ in nothing."""
    feeding = Feeding(old), Feeding(new)
    changes = [
        *(_kind(kind_id, old.kinds.get(kind_id), new.kinds.get(kind_id), feeding) for kind_id in _differing(old.kinds, new.kinds)),
        *(_measure(measure, old, new, feeding) for measure in _differing(old.measures, new.measures)),
        *(_metric(named, old, new, feeding) for named in _differing(_definitions(old), _definitions(new))),
    ]
    return Comparison(old.version, new.version, tuple(changes))


def written(kind: Kind) -> dict[str, object]:
    """What rows of a kind depend on: the dimensions and sums it declares, what its states mean, whether people are dropped."""
    declared = {**kind.fields, **kind.attributes}
    counted = {name: _written(one) for name, one in declared.items() if one.dimension or one.sum}
    states = {state.id: sorted(state.marks) for state in kind.states}
    return {"attributes": counted, "states": states, "unlinkable": kind.unlinkable}


def _written(attribute: Attribute) -> tuple[object, ...]:
    return attribute.type, attribute.dimension, attribute.sum, attribute.band


def _kind(kind_id: str, before: Kind | None, after: Kind | None, feeding: tuple[Feeding, Feeding]) -> Changed:
    figures = {figure for kind, one in ((before, feeding[0]), (after, feeding[1])) if kind is not None for part in one.of(kind) for figure in part}
    if before is None or after is None:
        # Nothing can have been told of a kind that was not there; what was told of one that goes loses its dimensions.
        gone = after is None
        return Changed("kinds", kind_id, "removed" if gone else "added", (), "writing" if gone else "door", tuple(sorted(figures)) if gone else ())
    one, other = meaning(before), meaning(after)
    words = tuple(sorted(word for word in one.keys() | other.keys() if one.get(word) != other.get(word)))
    rewritten = written(before) != written(after)
    side: Side = "writing" if rewritten else "reading" if _READ & set(words) else "door"
    return Changed("kinds", kind_id, "changed", words, side, tuple(sorted(figures)) if rewritten or {"access", "marks", "tree"} & set(words) else ())


def _measure(measure: str, old: Catalogue, new: Catalogue, feeding: tuple[Feeding, Feeding]) -> Changed:
    figures = {
        metric
        for catalogue, one in zip((old, new), feeding, strict=True)
        for metric in catalogue.metrics
        if any(use.measure == measure for use in one.uses(metric))
    }
    return Changed("measures", measure, _change(measure in old.measures, measure in new.measures), (), "reading", tuple(sorted(figures)))


def _metric(named: str, old: Catalogue, new: Catalogue, feeding: tuple[Feeding, Feeding]) -> Changed:
    metric_id = named.rpartition("@")[0]
    figures = {metric for catalogue, one in zip((old, new), feeding, strict=True) for metric in catalogue.metrics if metric_id in one.made_of(metric)}
    return Changed("metrics", named, _change(named in _definitions(old), named in _definitions(new)), (), "reading", tuple(sorted(figures)))


def _definitions(catalogue: Catalogue) -> dict[str, object]:
    return {f"{metric.id}@{metric.version}": meaning(metric) for versions in catalogue.definitions.values() for metric in versions}


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if _meant(old.get(name)) != _meant(new.get(name)))


def _meant(one: object) -> object:
    return meaning(one) if isinstance(one, Kind) else msgspec.to_builtins(one)


def _change(was: bool, is_: bool) -> Change:
    return "changed" if was and is_ else "added" if is_ else "removed"
