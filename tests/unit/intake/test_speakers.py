"""Who may speak on Kafka."""

import hashlib
import json
from pathlib import Path

import pytest

from services.gateway.access import Keyring
from services.gateway.intake.speakers import Speakers
from services.kernel.clock import system_clock


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    def enrolled(source: str, key: str, **more: object) -> dict[str, object]:
        return {"source": source, "namespace": "n", "register": "r", "key_sha256": hashlib.sha256(key.encode()).hexdigest(), **more}

    sources = [enrolled("urn:a", "key-a"), enrolled("urn:b", "key-b"), enrolled("urn:silent", "key-s", may_write=False)]
    (tmp_path / "sources.json").write_text(json.dumps(sources))
    return Keyring(tmp_path, system_clock)


@pytest.mark.parametrize(
    ("keys", "source", "key", "may"),
    [
        ("checked", "urn:a", None, True),
        ("checked", "urn:a", "key-a", True),
        ("checked", "urn:a", "key-b", False),
        ("checked", "urn:a", "guessed", False),
        ("checked", "urn:a", "", False),
        ("checked", "urn:stranger", None, False),
        ("checked", "urn:stranger", "key-a", False),
        ("checked", "urn:silent", None, False),
        ("checked", "urn:silent", "key-s", False),
        ("required", "urn:a", None, False),
        ("required", "urn:a", "key-a", True),
        ("required", "urn:a", "key-b", False),
    ],
)
def test_a_source_speaks_when_it_is_enrolled_and_its_key_fits(keyring, keys, source, key, may):
    speakers = Speakers(keyring, keys)
    speakers.refresh()

    enrolment = speakers.enrolment(source, key)

    assert (enrolment is not None and enrolment.source == source) is may
