"""Asking a service over HTTP, with nothing but the standard library, since every verb does it."""

import http.client
import json
from typing import cast

from deploy.local.ports import LOOPBACK


def is_ready(port: int, seconds: float = 2) -> bool:
    """Whether the service on that loopback port says it is ready."""
    return _get(port, "/readyz", seconds)[0] == http.HTTPStatus.OK


def read_lag(port: int, key: str, seconds: float = 2) -> float | None:
    """How many events the figures are behind, as the gateway knows it; None when it does not say."""
    status, body = _get(port, "/v1/status", seconds, key)
    if status != http.HTTPStatus.OK:
        return None
    try:
        found = cast(object, json.loads(body))
    except ValueError:
        return None
    lag = found.get("lag") if isinstance(found, dict) else None
    return lag if isinstance(lag, int | float) else None


def _get(port: int, path: str, seconds: float, key: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
