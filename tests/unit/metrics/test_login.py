"""Faust logs in at the broker as our other clients do."""

from pathlib import Path

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from services.kernel.broker import connection
from services.metrics.app import _credentials


@pytest.mark.parametrize(("address", "protocol"), [("k:9092", "PLAINTEXT"), ("metrics@k:9092", "SASL_PLAINTEXT")])
def test_faust_says_to_its_client_what_the_others_say(address: str, protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("secret\n")
    monkeypatch.setenv("WANGGE_KAFKA_PASSWORD_FILE", str(tmp_path / "password"))

    faust = {name: value for name, value in credentials_to_aiokafka_auth(_credentials(address)).items() if value is not None}
    ours = {name: value for name, value in connection(address).items() if name != "bootstrap_servers"}

    assert faust == ours
    assert ours["security_protocol"] == protocol
