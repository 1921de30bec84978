"""Who may speak on `inbound.v1`."""

from typing import Literal

from services.gateway.access import Enrolment, Keyring
from services.kernel.http.problems import ProblemError


class Speakers:
    """Enrolments by source, checked against the key that a record carries."""

    def __init__(self, keyring: Keyring, keys: Literal["checked", "required"]) -> None:
        self._keyring = keyring
        self._keys = keys
        self._by_source: dict[str, Enrolment] = {}
        self._by_key: dict[tuple[str, str], Enrolment | None] = {}

    def refresh(self) -> None:
        """Takes the keys as they are now: once for each fetch, not for each record."""
        enrolments = {one.source: one for one in self._keyring.enrolments() if one.may_write}
        if enrolments != self._by_source or len(self._by_key) > 1000:
            self._by_key.clear()
        self._by_source = enrolments

    def enrolment(self, source: str, key: str | None) -> Enrolment | None:
        """Under which enrolment a record speaks; None if it may not.

        A key that came along must be the source's. Without one an enrolled source is believed, unless keys are required.
        """
        if key is None:
            return self._by_source.get(source) if self._keys == "checked" else None
        if (source, key) not in self._by_key:
            self._by_key[source, key] = self._look_up(source, key)
        return self._by_key[source, key]

    def _look_up(self, source: str, key: str) -> Enrolment | None:
        try:
            return self._keyring.caller({"x-api-key": key}).writes_as(source)
        except ProblemError:
            return None
