"""Each published figure beside the live one, asked for as anybody may ask."""

from decimal import Decimal
from typing import NamedTuple

from deploy.demo.gateway import Gateway, Query, QuestionRefusedError
from deploy.demo.printed import Article, Figure


class Checked(NamedTuple):
    """A published figure, what is live now, whether it holds, how many things were counted for it (None where it has no list); why it has no answer."""

    figure: Figure
    place: str
    live: Decimal | None
    holds: bool
    events: int | None
    reason: str | None = None
    definition: str | None = None  # ID@VERSION that gave the live number

    @property
    def is_decided(self) -> bool:
        """Whether it is a number by decision, kept in the catalogue and counted nowhere."""
        return self.figure.match == "constant"

    def as_json(self) -> dict[str, object]:
        """The row of the JSON document that others read."""
        bounds = {name: value for name in ("precision", "low", "high") if (value := getattr(self.figure, name)) is not None}
        return {
            "id": self.figure.id,
            "place": self.place,
            "published": self.figure.published,
            "match": self.figure.match,
            **bounds,
            "live": number(self.live),
            "holds": self.holds,
            "metric": self.figure.metric,
            "events": self.events,
        }


def check_all(gateway: Gateway, article: Article) -> list[Checked]:
    """Asks for every figure of the article, in its order."""
    return [_check(gateway, article, figure) for figure in article.figures]


def as_document(checked: list[Checked]) -> dict[str, object]:
    """The JSON document of `demo --json` and `figures --json`."""
    hold = sum(one.holds for one in checked)
    return {"figures": [one.as_json() for one in checked], "hold": hold, "fall_short": len(checked) - hold}


def number(value: Decimal | None) -> int | float | None:
    """A plain number for JSON and for eyes: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _check(gateway: Gateway, article: Article, figure: Figure) -> Checked:
    question = article.question(figure)
    try:
        answer = gateway.figure(figure.metric, question)
        live = figure.live(answer.get("value"))
    except QuestionRefusedError as error:
        return Checked(figure, article.place, None, holds=False, events=None, reason=str(error))
    told = answer.get("definition") or {}
    definition = f"{told['id']}@{told['version']}" if told else None
    return Checked(figure, article.place, live, figure.printed.holds(live), _counted(gateway, figure, question), definition=definition)


def _counted(gateway: Gateway, figure: Figure, question: Query) -> int | None:
    """How many things or occurrences the number was made of; of a ratio those of its numerator."""
    if figure.match == "constant":
        return 0
    listed = gateway.items(figure.metric, question) or gateway.items(figure.metric, {**question, "in": "num"})
    return None if listed is None else listed.get("total")
