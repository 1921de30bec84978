"""Who is calling, and what they may do: API keys of sources and the operator's."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta

from services.gateway.grants import EVERYTHING, Grant
from services.kernel.clock import Clock
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import LONGEST_NAME
from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError

_log = structlog.get_logger()
_ENCODE = msgspec.json.Encoder().encode
READERS = "readers.json"
_Namespace = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
"""The part of a key before its colon: without one itself, and of the letters that keys are made of."""


class Enrolment(msgspec.Struct, frozen=True):
    """One source as the operator enrolled it; one line of secrets/sources.json."""

    source: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    namespace: _Namespace
    register: _Namespace
    key_sha256: str  # of the API key, in hexadecimal; several sources may share a key
    kinds: tuple[str, ...] = ("",)  # prefixes of the kinds it may write
    areas: tuple[str, ...] = ()  # roots of the subtrees it may write in; none: anywhere
    foreign: bool = False  # may change what another namespace made
    may_write: bool = True
    roles: tuple[str, ...] = ()  # whose system it is, for kinds that name their writers; none: not limited by them

    def as_enrolled(self) -> bytes:
        """What the rooms are told of the source, as JSON."""
        return _ENCODE(Enrolled(self.namespace, self.register, self.kinds, self.foreign, self.roles))

    def as_grant(self) -> Grant:
        """What it may read: all but the restricted, in the areas it writes in."""
        return Grant(areas=self.areas)


class EnrolledReader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reader as the operator enrolled it; one line of secrets/readers.json."""

    reader: str  # a name for the operator
    key_sha256: str
    grants: tuple[Grant, ...] = (Grant(),)


class Caller(msgspec.Struct, frozen=True):
    """Whoever holds the key of a request; without a key, nobody."""

    operator: bool = False
    enrolments: Mapping[str, Enrolment] = {}
    grants: tuple[Grant, ...] = ()  # what may be read
    known: bool = False  # whether a valid key came along

    def writes_as(self, source: str) -> Enrolment | None:
        """The enrolment under which this caller may write as the source."""
        enrolment = self.enrolments.get(source)
        return enrolment if enrolment is not None and enrolment.may_write else None

    def writers(self) -> list[Enrolment]:
        """All enrolments this caller may write under."""
        return [enrolment for enrolment in self.enrolments.values() if enrolment.may_write]

    def may(self, klass: str) -> bool:
        """Whether figures and lists of a class (public, internal, restricted) may be shown in full."""
        return any(klass in grant.classes for grant in self.grants)

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces and people registers of its sources: keys that it knows by itself."""
        return frozenset(name for one in self.enrolments.values() for name in (one.namespace, one.register))

    def may_see(self, enrolment: Enrolment) -> bool:
        """Whether a source's traffic may be shown: to itself, and, if it is none, to who may read everywhere."""
        if self.enrolments and not self.operator:
            return enrolment.source in self.enrolments
        return any(grant.is_everywhere and "internal" in grant.classes for grant in self.grants)


NOBODY = Caller()


class _Keys(msgspec.Struct, frozen=True):
    operator: str
    callers: Mapping[str, Caller]


class Keyring:
    """The keys on disk, read again when their files change. A file that cannot be read leaves the last good keys in force."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._sources = folder / "sources.json"
        self._operator = folder / "operator.sha256"
        self._readers = folder / READERS
        self._clock = clock
        self._keys = _Keys("", {})
        self._stamp: tuple[object, ...] = ()
        self._looked_at = 0.0
        self._fault: str | None = "not read yet"

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request, by `Authorization: Bearer KEY` or `X-API-Key: KEY`; NOBODY without a key; a 401 problem for a key nobody was given."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        key = bearer.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "").strip()
        if not key:
            return NOBODY
        self._refresh()
        # Looking up the digest instead of the key leaves nothing to learn from how long it takes.
        digest = hashlib.sha256(key.encode()).hexdigest()
        if digest == self._keys.operator:
            return Caller(operator=True, enrolments=self._keys.callers.get(digest, NOBODY).enrolments, grants=(EVERYTHING,), known=True)
        caller = self._keys.callers.get(digest)
        if caller is None:
            raise unauthenticated("this key is not enrolled here")
        return caller

    def reader(self, headers: Mapping[str, str], anonymous: tuple[Grant, ...]) -> Caller:
        """Who reads: as `caller`, with what anybody may read (`anonymous`) besides; a 401 problem for nobody where that is nothing."""
        caller = self.caller(headers)
        if not anonymous and not caller.known:
            raise unauthenticated("reading needs a key here")
        return msgspec.structs.replace(caller, grants=(*caller.grants, *anonymous))

    def enrolments(self) -> list[Enrolment]:
        """Every enrolled source, by name."""
        self._refresh()
        return sorted((one for caller in self._keys.callers.values() for one in caller.enrolments.values()), key=lambda one: one.source)

    async def check(self) -> bool:
        """Health: whether the files on disk are the ones in force."""
        self._refresh()
        if self._fault is not None:
            raise OSError(self._fault)
        return True

    def _refresh(self) -> None:
        now = self._clock().timestamp()
        if 0 <= now - self._looked_at < 1:  # one look a second; a request costs no system call
            return
        self._looked_at = now
        stamp = tuple(part for path in (self._sources, self._operator, self._readers) for part in _stamp(path))
        if stamp == self._stamp:
            return
        try:
            self._keys = _read(self._sources, self._operator, self._readers)
        except (OSError, msgspec.MsgspecError) as error:
            self._fault = f"the keys cannot be read: {error}"
            _log.error("the keys cannot be read, the last good ones stay in force", error=str(error))
            return
        self._stamp, self._fault = stamp, None


def unauthenticated(detail: str) -> ProblemError:
    """The error for a missing or unknown key."""
    problem = Problem("unauthenticated", "A valid key is needed", 401, f"{detail}: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`")
    return ProblemError(problem, {"www-authenticate": "Bearer"})


def forbidden(detail: str) -> ProblemError:
    """The error for a valid key that may not do this."""
    return ProblemError(Problem("not-allowed", "This key may not do that", 403, detail))


def _stamp(path: Path) -> tuple[object, ...]:
    try:
        status = path.stat()
    except OSError:
        return (None,)
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(sources: Path, operator: Path, readers: Path) -> _Keys:
    enrolments = msgspec.json.decode(sources.read_bytes(), type=list[Enrolment])
    enrolled = msgspec.json.decode(readers.read_bytes(), type=list[EnrolledReader]) if readers.exists() else []
    by_key: dict[str, dict[str, Enrolment]] = {}
    granted: dict[str, tuple[Grant, ...]] = {}
    for enrolment in enrolments:
        digest = enrolment.key_sha256.lower()
        by_key.setdefault(digest, {})[enrolment.source] = enrolment
        granted[digest] = (*granted.get(digest, ()), enrolment.as_grant())
    for reader in enrolled:
        digest = reader.key_sha256.lower()
        granted[digest] = (*granted.get(digest, ()), *reader.grants)
    callers = {digest: Caller(enrolments=by_key.get(digest, {}), grants=grants, known=True) for digest, grants in granted.items()}
    return _Keys(operator.read_text(encoding="utf-8").strip().lower() if operator.exists() else "", callers)
