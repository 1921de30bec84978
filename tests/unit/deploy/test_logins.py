"""Each client of ours, where it is made, tells the broker who it is: none is left that would speak without a name once the broker asks."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from deploy.containers import acls
from deploy.demo import emit_kafka
from deploy.demo.emit import Pace
from deploy.local import broker
from deploy.local.backups import inbound as backups
from services.gateway.intake import inbound, rejected
from services.gateway.intake.inbound import Inbound
from services.gateway.intake.rejected import Rejected
from services.kernel import topics
from services.kernel.contracts.topics import TOPICS
from services.kernel.eventlog import publisher
from services.kernel.eventlog.publisher import KafkaPublisher
from services.kernel.topics import Topics
from services.metrics import app
from services.metrics.settings import WorkerSettings

ROOT = Path(__file__).resolve().parents[3]
ADDRESS = "somebody@k:9092"


class MadeError(Exception):
    """A client was about to be made, with these options."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.options = options


class Client:
    """In the place of a client's class."""

    def __init__(self, *_: object, **options: Any) -> None:
        raise MadeError(options)


def _worker(_: pytest.MonkeyPatch) -> None:
    settings = WorkerSettings(postgres="postgresql://x@y/z", kafka=ADDRESS)
    made = app.create_app(settings, cast(Any, None), cast(Any, None), cast(Any, None), folder=Path("/nonexistent"))
    credentials = made.conf.broker_credentials
    told = {
        "sasl_plain_username": credentials.username,
        "sasl_plain_password": credentials.password,
        "sasl_mechanism": credentials.mechanism.value,
        "security_protocol": credentials.protocol.value,
    }
    raise MadeError({**told, "bootstrap_servers": [f"{url.host}:{url.port}" for url in made.conf.broker]})


def _answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_listens", "k:9092".__eq__)
    monkeypatch.setattr("kafka.KafkaAdminClient", Client)
    broker.answers(ADDRESS)


def _rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_KAFKA", ADDRESS)
    acls.main()


MAKERS: dict[str, tuple[ModuleType, str | None, Callable[[pytest.MonkeyPatch], object]]] = {
    "the relay": (publisher, "AIOKafkaProducer", lambda _: KafkaPublisher(ADDRESS, "cases.v1")),
    "the metrics worker": (app, None, _worker),
    "the intake": (inbound, "KafkaConsumer", lambda _: Inbound(ADDRESS, "inbound.v1", "g", dict)._open(False)),
    "what the intake refuses": (rejected, "KafkaProducer", lambda _: Rejected(cast(Any, None), ADDRESS, "rejected.v1")._tell([])),
    "the job of topics, relay and worker among its users": (topics, "_Client", lambda _: Topics(ADDRESS).make(TOPICS[0])),
    "the job of rights": (acls, "KafkaAdminClient", _rights),
    "the demo": (emit_kafka, "KafkaProducer", lambda _: emit_kafka.KafkaEmitter(ADDRESS, "key").emit([], cast(Pace, None), cast(Any, None))),
    "the restore": (backups, "KafkaAdminClient", lambda _: backups._forget(ADDRESS, "g")),
    "the doctor": (broker, None, _answers),
}


@pytest.fixture(autouse=True)
def password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("secret\n")
    monkeypatch.setenv("WANGGE_KAFKA_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("WANGGE_KAFKA_MECHANISM", "SCRAM-SHA-512")


@pytest.mark.parametrize("who", MAKERS)
def test_a_client_says_who_it_is(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, make = MAKERS[who]
    if name is not None:
        monkeypatch.setattr(module, name, Client)

    with pytest.raises(MadeError) as made:
        make(monkeypatch)

    told = {key: value for key, value in made.value.options.items() if key.startswith("sasl") or key in {"security_protocol", "bootstrap_servers"}}
    assert told == {
        "bootstrap_servers": ["k:9092"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "somebody",
        "sasl_plain_password": "secret",
    }


def nameless(text: str) -> list[str]:
    """Where a client is made by hand, with an address and without what `connection` says."""
    return re.findall(r"(?:KafkaAdminClient|KafkaConsumer|KafkaProducer|AIOKafka\w+)\(\s*(?!\*\*)[\w\"'].*", text)


def test_no_client_is_made_in_another_way() -> None:
    assert nameless('KafkaProducer(bootstrap_servers="k:9092")')

    found = {
        str(path.relative_to(ROOT)): lines
        for folder in ("services", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := nameless(path.read_text(encoding="utf-8")))
    }
    assert found == {}
