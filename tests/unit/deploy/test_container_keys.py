"""Who gets which keys, and what a broker's client makes of an address."""

import base64
import stat
from pathlib import Path

import pytest

from deploy.containers.as_secrets import secrets
from deploy.containers.keys import MONITOR, NEEDED, hand_out, make_all
from deploy.local.keys import ROLES
from services.kernel.broker import MissingPasswordError, connection, login_of, servers_of


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    for folder in (*NEEDED, "postgres", "broker", "grafana", "exporter"):
        (tmp_path / "handed" / folder).mkdir(parents=True)
    make_all(tmp_path / "keys")
    hand_out(tmp_path / "keys", tmp_path / "handed")
    return tmp_path / "handed"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_gets_what_it_needs_and_no_more(handed: Path) -> None:
    assert names(handed / "metrics") == {"pgpass", "kafka.password"}
    assert names(handed / "cases") == {"internal.token", "people.key", "pgpass", "kafka.password"}
    assert names(handed / "topics") == {"kafka.password"}
    assert names(handed / "gateway") == {"internal.token", "operator.sha256", "sources.json", "pgpass", "kafka.password"}
    assert {folder for folder in NEEDED if "vault.key" in names(handed / folder)} == {"members", "owner"}


def test_nobody_else_reads_them(handed: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for folder in NEEDED for path in (handed / folder).iterdir() if path.is_file()}

    assert modes == {0}


def test_the_broker_knows_every_user_by_the_password_that_user_has(handed: Path) -> None:
    jaas = (handed / "broker" / "jaas.conf").read_text()

    for user, needs in NEEDED.items():
        password = (handed / user / "kafka.password").read_text().strip() if needs.kafka else None
        assert (f'user_{user}="{password}"' in jaas) == needs.kafka
    assert jaas.count("user_broker=") == 1


def test_handing_out_again_changes_nothing(handed: Path) -> None:
    before = {path: path.read_bytes() for path in handed.rglob("*") if path.is_file()}

    make_all(handed.parent / "keys")
    hand_out(handed.parent / "keys", handed)

    assert {path: path.read_bytes() for path in handed.rglob("*") if path.is_file()} == before


def test_in_a_cluster_each_gets_the_same_and_again_the_same(handed: Path) -> None:
    keys = handed.parent / "keys"
    made = {one["metadata"]["name"]: {name: base64.b64decode(text).decode() for name, text in one["data"].items()} for one in secrets(keys, "w")}

    for service in NEEDED:
        files = {path.name: path.read_text() for path in (handed / service).rglob("*") if path.is_file()}
        assert made[f"w-{service}"] == files, service
    assert made["w-superuser"] == {"username": "postgres", "password": made["w-accounts"]["postgres"]}
    assert made["w-accounts"].keys() == {"postgres", *ROLES, MONITOR}
    assert secrets(keys, "w") == secrets(keys, "w")


def test_an_address_without_a_user_asks_for_no_login() -> None:
    assert connection("a:9092, b:9092") == {"bootstrap_servers": ["a:9092", "b:9092"], "security_protocol": "PLAINTEXT"}
    assert login_of("a:9092") is None


def test_an_address_with_a_user_takes_its_password_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("secret\n")
    monkeypatch.setenv("WANGGE_KAFKA_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("WANGGE_KAFKA_MECHANISM", "SCRAM-SHA-512")

    options = connection("cases@a:9092,b:9092")

    assert servers_of("cases@a:9092,b:9092") == options["bootstrap_servers"] == ["a:9092", "b:9092"]
    assert options["security_protocol"] == "SASL_PLAINTEXT"
    assert (options["sasl_mechanism"], options["sasl_plain_username"], options["sasl_plain_password"]) == ("SCRAM-SHA-512", "cases", "secret")


def test_a_missing_password_is_said_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_KAFKA_PASSWORD_FILE", str(tmp_path / "none"))

    with pytest.raises(MissingPasswordError, match=r"cases has no password: .*none"):
        connection("cases@a:9092")
