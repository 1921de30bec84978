"""From an event to a command: everything that can be said of an event without knowing what was told before."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

import msgspec
from msgspec import Raw

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.clock import Clock
from services.kernel.contracts.checking import KindCheck, has_name, name_refusal
from services.kernel.contracts.commands import Command, Document, Enrolled, Extension
from services.kernel.contracts.envelope import Envelope, decode_event
from services.kernel.contracts.judging import Judge
from services.kernel.contracts.masking import kept_of
from services.kernel.contracts.normalising import Normaliser, Plan, moment_of
from services.kernel.contracts.personal import has_personal, is_personal, personal_paths
from services.kernel.contracts.registry import PREFIX, TYPES, EventType
from services.kernel.contracts.shapes import check_shape, data_of
from services.kernel.errors import Code, Fault, Problem, RefusedError, refuse
from services.kernel.people import Pseudonyms

OURS = frozenset(("sequence", "sourceepoch", "causationid", "catalogueversion", "recordedtime", "causedby", "statedtime"))
"""Extensions that facts carry of their own; told ones of these names stay with what was told and go no further."""

_PERSONAL_FAMILIES = ("member", "attendance", "shift")
_LENGTHS = (11, 18)
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


class _Contract:
    """One event type, ready to be read."""

    __slots__ = ("check", "made", "plan", "type")

    def __init__(self, event_type: EventType, normaliser: Normaliser) -> None:
        self.type = event_type
        self.check = msgspec.json.Decoder(event_type.data).decode
        self.plan: Plan = normaliser.plan(event_type)
        self.made = event_type.effect == "makes"


class Reader:
    """Reads events against contract and catalogue. One per process; holds no state but caches."""

    def __init__(self, catalogue: Catalogue, people: Pseudonyms, now: Clock) -> None:
        self._kinds = catalogue.kinds
        self._unlinkable = frozenset(kind.id for kind in catalogue.kinds.values() if kind.unlinkable)
        self._people = people
        self._normaliser = Normaliser(people)
        self._judge = Judge(catalogue.kinds, KindCheck(catalogue), now)
        self._contracts = {name: _Contract(one, self._normaliser) for name, one in TYPES.items()}
        self._subjects = lru_cache(maxsize=4096)(self._subject_of)

    def read(self, event: Envelope, enrolled: Enrolled) -> Command:
        """The command an event of this source comes to; RefusedError says what is wrong with it, where, and what to do.

        Whether a source may say it, and now, is asked last: the refusal then carries the content, by which a repeated event is known.
        """
        contract = self._contract(event)
        moment = _moment(event)
        told = data_of(event)
        self._bar_personal(event, contract.type, told)
        check_shape(event, contract.check)
        family = contract.type.family
        given = told.get("kind")
        kind_id = full_kind(family, given) if given is not None else family if contract.made else None
        subject = self._subject(event, contract, told, enrolled)
        data = self._normalise(contract, told, enrolled, kind_id, subject)
        canonical = _encode_sorted(data)
        content = blake2b(b"\0".join((event.type.encode(), _encode(moment), subject.encode(), canonical)), digest_size=16).digest()
        try:
            self._judge.bar_early(moment)
            self._judge.bar_foreign(family, subject, enrolled)
            self._judge.bar_kind(contract.type, kind_id, data, enrolled)
            self._judge.bar_outdated(kind_id, moment)
        except RefusedError as error:
            error.content = content
            raise
        extensions = self._extensions(event, enrolled) if event.extensions else {}
        return Command(
            source=event.source,
            id=event.id,
            type=event.type,
            family=family,
            verb=contract.type.verb,
            subject=subject,
            time=moment,
            kind=kind_id if contract.made else None,
            data=data,
            content=content,
            told=_told(event, subject, canonical, extensions),
            extensions={name: value for name, value in extensions.items() if name not in OURS} if extensions else extensions,
            namespace=enrolled.namespace,
            foreign=enrolled.foreign,
            kinds=enrolled.kinds,
        )

    def retold(self, told: bytes) -> Command:
        """The command of an event that was accepted before, from what the log keeps of it.

        Nothing of it is judged again, and no person hidden again: it is in its normal form, with pseudonyms. Only people are dropped whose kind is
        unlinkable by this reader's catalogue.
        """
        event = decode_event(told)
        contract = self._contract(event)
        data = data_of(event)
        assert event.subject is not None  # the log writes it
        kind_id = data.get("kind") if "kind" in data else contract.type.family if contract.made else None
        if kind_id in self._unlinkable:
            data = _without_people(data, contract.type.family)
            told = _encode({**_decode(told), "data": data})
        return Command(
            source=event.source,
            id=event.id,
            type=event.type,
            family=contract.type.family,
            verb=contract.type.verb,
            subject=event.subject,
            time=_moment(event),
            kind=kind_id if contract.made else None,
            data=data,
            content=b"",
            told=told,
            extensions={name: value for name, value in event.extensions.items() if name not in OURS},
            namespace=event.subject.partition("/")[2].partition(":")[0],
            foreign=True,
        )

    def masked(self, event: Envelope, problem: Problem) -> bytes:
        """What may be kept of a refused event, as JSON without personal data and without U+0000."""
        return kept_of(event, problem, self._people, self._kinds)

    def masked_told(self, command: Command, problem: Problem) -> bytes:
        """What may be kept of a command that its room refused: as little of people as of an event that could not be read."""
        return self.masked(decode_event(command.told), problem)

    def unlinked(self, command: Command, kind_id: str) -> Command:
        """The command without its person and by where the kind is unlinkable; for events that name no kind, asked by the room that knows it.

        An attendance whose person goes counts as one head.
        """
        if kind_id not in self._unlinkable or not ("person" in command.data or "by" in command.data):
            return command
        data = _without_people(command.data, command.family)
        told: dict[str, object] = {**_decode(command.told), "data": data}
        return msgspec.structs.replace(command, data=data, told=_encode(told))

    def _contract(self, event: Envelope) -> _Contract:
        if event.specversion != "1.0":
            raise _invalid("/specversion", 'must be "1.0"')
        contract = self._contracts.get(event.type)
        if contract is None:
            named = f" {event.type[:200]}" if event.type.startswith(PREFIX) else ""  # anything else may be anything, a person's number too
            raise refuse(Code.UNKNOWN_TYPE, f"there is no event type{named}; the contract lists them", Fault("/type", "is not known"))
        if contract.type.published_only:
            raise refuse(Code.NOT_ALLOWED, f"{event.type} is published, never told", Fault("/type", "is published only"))
        given = event.datacontenttype
        if given is not None and not given.partition(";")[0].strip().lower().endswith("json"):
            raise _invalid("/datacontenttype", "must be application/json")
        return contract

    def _bar_personal(self, event: Envelope, event_type: EventType, told: Document) -> None:
        paths: list[str] = []
        try:
            if has_personal(told):
                paths.extend(personal_paths(told))
        except RecursionError as error:
            raise _invalid("/data", "is nested too deeply") from error
        paths.extend(personal_paths(event.extensions, "") if event.extensions else ())
        if event.subject is not None and _segments_personal(event.subject):
            paths.append("/subject")
        if paths:
            what = "is an identity or mobile number: such data belongs in the vault, PUT /v1/people/{register}/{reference}"
            raise refuse(Code.PERSONAL_DATA, f"{paths[0]} {what}", *(Fault(path, what) for path in paths))
        if has_name(told) and self._about_person(event_type.family, told):
            raise name_refusal(event_type.family)

    def _about_person(self, family: str, told: Document) -> bool:
        if family in _PERSONAL_FAMILIES:
            return True
        given = told.get("kind")
        kind = self._kinds.get(full_kind(family, given)) if isinstance(given, str) else None
        return kind is not None and kind.about_person

    def _subject(self, event: Envelope, contract: _Contract, told: Document, enrolled: Enrolled) -> str:
        family = contract.type.family
        subject = self._normaliser.subject(family, told[family], enrolled, f"/data/{family}")
        if event.subject is not None and self._subjects(event.subject, enrolled) != subject:
            raise _invalid("/subject", f"must be {family}/ and the key in data, or absent")
        return subject

    def _subject_of(self, text: str, enrolled: Enrolled) -> str | None:
        family, slash, key = text.partition("/")
        try:
            return self._normaliser.subject(family, key, enrolled, "/subject") if slash else None
        except RefusedError as error:
            if error.problem.code == Code.PERSONAL_DATA.value:
                raise
            return None

    def _normalise(self, contract: _Contract, told: Document, enrolled: Enrolled, kind_id: str | None, subject: str) -> Document:
        plan, patch, family = contract.plan, contract.type.patch, contract.type.family
        data: Document = {}
        for name, value in told.items():
            if value is None or value == []:
                if patch or name == "parent":
                    data[name] = None
            elif value == {}:  # no attributes are as good as none told
                continue
            elif name == family:
                data[name] = subject[len(family) + 1 :]
            elif name == "kind":
                data[name] = kind_id
            elif (step := plan.get(name)) is not None:
                data[name] = step(value, enrolled, f"/data/{name}")
            else:  # plain words: should one be a reference to a person all the same, it is hidden like any other
                data[name] = self._normaliser.hide_humans(value, enrolled, f"/data/{name}") if isinstance(value, str) else value
        if contract.made and data.get("parent", "") is None:
            del data["parent"]
        if family == "activity" and "organisation" in data:
            _spell_out_host(data)
        if data.get("opening") is False:
            del data["opening"]
        return _without_people(data, family) if kind_id in self._unlinkable else data

    def _extensions(self, event: Envelope, enrolled: Enrolled) -> dict[str, Extension]:
        return {
            name: self._normaliser.hide_humans(value, enrolled, f"/{name}") if isinstance(value, str) else value for name, value in event.extensions.items()
        }


def full_kind(family: str, given: str) -> str:
    """A kind's whole id: `grid` in an area's event is short for `area.grid`."""
    return given if given == family or given.startswith(family + ".") else f"{family}.{given}"


def _moment(event: Envelope) -> datetime:
    if event.time is None:
        raise _invalid("/time", "is missing: when did it happen? RFC 3339 with offset")
    return moment_of(event.time, "/time")


def _segments_personal(text: str) -> bool:
    return any(len(part) in _LENGTHS and is_personal(part) for part in re.split("[/:]", text))


def _spell_out_host(data: Document) -> None:
    if "hosts" in data:
        raise _invalid("/data/organisation", "is short for one host: give either it or hosts")
    host = data.pop("organisation")
    data["hosts"] = None if host is None else [f"organisation/{host}"]


def _without_people(data: Document, family: str) -> Document:
    kept = {name: value for name, value in data.items() if name not in ("person", "by")}
    if family == "attendance" and data.get("person") is not None:
        kept["head_count"] = 1
    return kept


def _told(event: Envelope, subject: str, data: bytes, extensions: Mapping[str, Extension]) -> bytes:
    return _encode(
        {
            **extensions,
            "specversion": "1.0",
            "id": event.id,
            "source": event.source,
            "type": event.type,
            "time": event.time,
            "subject": subject,
            "datacontenttype": "application/json",
            "data": Raw(data),
        }
    )


def _invalid(pointer: str, what: str) -> RefusedError:
    return refuse(Code.INVALID, f"{pointer[1:]} {what}", Fault(pointer, what))
