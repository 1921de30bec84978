"""The gateway as anybody may use it: figures, status, events. Nothing here knows a private door."""

import json
import time
from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

BATCH = "application/cloudevents-batch+json"
Query = Mapping[str, object]


class GatewayError(Exception):
    """The gateway does not answer, or refuses the request as a whole; the text says what to do."""


class QuestionRefusedError(GatewayError):
    """The gateway has no answer to this question, by its own fault or ours; others it may have."""


class Gateway:
    """A client of one gateway; `with` closes it."""

    def __init__(self, address: str, key: str | None = None, transport: httpx.BaseTransport | None = None, *, patience_s: float = 60) -> None:
        """patience_s: how long one answer may take."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._address = address
        self._client = httpx.Client(base_url=address, headers=headers, timeout=patience_s, trust_env=False, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def tell(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Posts a batch; the answer has one result per event. A whole answer of 503 is an answer too: all unavailable."""
        body = json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._ask("POST", "/v1/events", content=body, headers={"content-type": BATCH})
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and b'"results"' in answer.content:
            return _decoded(answer)
        return _decoded(self._good(answer))

    def figure(self, metric: str, query: Query) -> dict[str, Any]:
        """A figure with everything that explains it; numbers as exact decimals."""
        return _decoded(self._good(self._ask("GET", f"/v1/metrics/{metric}", params=_plain(query))))

    def metrics(self) -> list[dict[str, Any]]:
        """All metrics one can ask for, with their units."""
        found: list[dict[str, Any]] = _decoded(self._good(self._ask("GET", "/v1/metrics")))["metrics"]
        return found

    def items(self, metric: str, query: Query) -> dict[str, Any] | None:
        """The first page of what a figure counts; None where it has no list."""
        answer = self._ask("GET", f"/v1/metrics/{metric}/items", params={**_plain(query), "limit": "1"})
        return _decoded(answer) if answer.is_success else None

    def status(self) -> dict[str, Any]:
        """How far the figures have come."""
        return _decoded(self._good(self._ask("GET", "/v1/status")))

    def history(self, family: str, key: str) -> list[dict[str, Any]]:
        """What is told of a thing, oldest first; nothing if nobody told of it yet. A key without a namespace is the caller's own."""
        answer = self._ask("GET", f"/v1/{family}/{key}/history", params={"limit": "500"})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []
        found: list[dict[str, Any]] = _decoded(self._good(answer))["history"]
        return found

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        for attempt in range(3):
            try:
                return self._client.request(method, path, **request)
            except httpx.TransportError as error:
                failure = error
                time.sleep(0.3 * (attempt + 1))  # everything asked here may be asked twice
        raise GatewayError(f"the gateway at {self._address} does not answer ({type(failure).__name__}); is it up? ./run up") from failure

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        try:
            said = answer.json().get("detail", answer.text)
        except ValueError:
            said = answer.text
        kind = GatewayError if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else QuestionRefusedError
        raise kind(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}, {said[:300]}")


def _plain(query: Query) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else str(value) for name, value in query.items()}


def _decoded(answer: httpx.Response) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
    return decoded
