"""The state folder, its lock, its keys, and what processes are told."""

import json
import socket
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.local import state as state_module
from deploy.local.environment import Addresses
from deploy.local.errors import AlreadyRunningError, LocalError
from deploy.local.keys import ROLES, make_keys, read_key, read_password
from deploy.local.ports import Ports, free_base, require_free
from deploy.local.processes import standard_plan
from deploy.local.state import Lock, State, locate


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "state")
    made.prepare()
    make_keys(made.secrets)
    return made


def test_a_relative_folder_is_taken_from_where_run_was_called() -> None:
    found = locate(None, {"WANGGE_STATE": "here", "WANGGE_CALLED_FROM": "/somewhere"})

    assert found.root == Path("/somewhere/here")


def test_only_one_supervisor_holds_a_folder(state: State) -> None:
    first, second = Lock(state), Lock(state)
    first.acquire()

    with pytest.raises(AlreadyRunningError):
        second.acquire()
    first.release()
    second.acquire()

    assert second.is_held()
    second.release()


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "MINIMUM_FREE", 1 << 60)

    with pytest.raises(LocalError, match=r"only \d+ MB are free .* free some space"):
        State(tmp_path / "full").prepare()


def test_secrets_are_readable_by_their_owner_only_and_never_change(state: State) -> None:
    before = {path: path.read_text() for path in state.secrets.rglob("*") if path.is_file()}

    make_keys(state.secrets)

    assert before == {path: path.read_text() for path in state.secrets.rglob("*") if path.is_file()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in before} == {0o600}
    assert {f"postgres/{role}" for role in ROLES} <= {str(path.relative_to(state.secrets)) for path in before}


def _tell(catalogue: Path, place: str, first_line: str) -> None:
    (catalogue / "places" / place).mkdir(parents=True)
    (catalogue / "places" / place / "replay.yaml").write_text(f"# a replay\nseed: 1\nareas: {{source: not this}}\n{first_line}\nsteps: []\n")


def _sources(secrets: Path) -> dict[str, dict[str, str]]:
    return {one["namespace"]: one for one in json.loads((secrets / "sources.json").read_text())}


def test_every_place_with_a_replay_is_enrolled_with_the_digest_of_its_key(tmp_path: Path) -> None:
    _tell(tmp_path / "catalogue", "northtown", "source: https://northtown.example/platform")

    make_keys(tmp_path / "secrets", tmp_path / "catalogue")

    sources = _sources(tmp_path / "secrets")
    assert {name: one["source"] for name, one in sources.items()} == {"district": "urn:wangge:district", "northtown": "https://northtown.example/platform"}
    assert sources["northtown"]["key_sha256"] == sha256(read_key(tmp_path / "secrets", "northtown").encode()).hexdigest()
    assert (tmp_path / "secrets" / "operator.sha256").read_text().strip() == sha256(read_key(tmp_path / "secrets", "operator").encode()).hexdigest()


def test_a_place_that_comes_later_is_enrolled_beside_the_others_and_one_taken_out_stays_out(tmp_path: Path) -> None:
    secrets, catalogue = tmp_path / "secrets", tmp_path / "catalogue"
    _tell(catalogue, "northtown", "source: n")
    make_keys(secrets, catalogue)
    (secrets / "sources.json").write_text(json.dumps([one for one in _sources(secrets).values() if one["namespace"] != "northtown"]))
    before = read_key(secrets, "district")
    _tell(catalogue, "southtown", "source: s")

    make_keys(secrets, catalogue)

    assert set(_sources(secrets)) == {"district", "southtown"}
    assert read_key(secrets, "district") == before


def test_a_start_killed_before_a_key_was_kept_enrols_the_source_anew(tmp_path: Path) -> None:
    secrets, catalogue = tmp_path / "secrets", tmp_path / "catalogue"
    _tell(catalogue, "northtown", "source: n")
    make_keys(secrets, catalogue)
    (secrets / "keys" / "northtown.key").unlink()

    make_keys(secrets, catalogue)

    assert len(json.loads((secrets / "sources.json").read_text())) == 2
    assert _sources(secrets)["northtown"]["key_sha256"] == sha256(read_key(secrets, "northtown").encode()).hexdigest()


def test_each_process_gets_its_own_account_and_its_own_failpoint(state: State) -> None:
    addresses = Addresses(state, Ports(9000), {"WANGGE_FAIL_CASES_RELAY": "relay.after_send"})

    relay = addresses.process("cases-relay", 13, "wangge_cases")
    gateway = addresses.process("gateway", 0, "wangge_gateway")

    assert relay["WANGGE_POSTGRES"] == f"postgresql://wangge_cases:{read_password(state.secrets, 'wangge_cases')}@127.0.0.1:9022/wangge"
    assert (relay["WANGGE_PORT"], relay["WANGGE_FAIL"]) == ("9013", "relay.after_send")
    assert "WANGGE_FAIL" not in gateway


def test_a_database_of_the_operators_keeps_its_host_and_its_options(state: State) -> None:
    addresses = Addresses(state, Ports(9000), {"WANGGE_POSTGRES": "postgresql://admin:p@db.example:5433/postgres?sslmode=require"})

    assert addresses.dsn("wangge_owner").endswith("@db.example:5433/wangge?sslmode=require")
    assert "p@" not in addresses.public()["postgres"]


def test_a_taken_port_names_who_wants_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(LocalError, match=rf"port {port}, meant for members, is taken.*--port"):
            require_free({port: "members"})


def test_no_two_processes_of_a_plan_share_name_or_port() -> None:
    services = standard_plan(workers=12).services

    assert len({one.name for one in services}) == len(services)
    assert len({one.offset for one in services}) == len(services)
    assert free_base() >= 20080
