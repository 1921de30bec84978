"""Health checks, declared where a dependency is made."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Finding(NamedTuple):
    """What one check found."""

    name: str
    ok: bool
    detail: str = ""


Check = Callable[[], Awaitable[object]]
"""Returns when all is well (False counts as not), raises what is wrong."""


class Health:
    """The checks of a process. Ready means that all of them pass."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def check(self, name: str, check: Check) -> None:
        """Adds a check; one that needs more than 3 s has failed."""
        self._checks[name] = check

    async def report(self) -> tuple[bool, list[Finding]]:
        """Runs all checks side by side."""
        findings = await asyncio.gather(*(self._run(name, check) for name, check in self._checks.items()))
        return all(finding.ok for finding in findings), list(findings)

    async def _run(self, name: str, check: Check) -> Finding:
        try:
            answer = await asyncio.wait_for(check(), 3)
        except Exception as error:  # noqa: BLE001  a check may fail in any way: that is its answer
            return Finding(name, False, f"{type(error).__name__}: {error}"[:300])
        return Finding(name, answer is not False)
