"""A backup comes back beside what serves: migrated, in another epoch, recounted, and only then exchanged. With PostgreSQL's own programs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.containers import restore
from deploy.containers.keys import make_all
from deploy.containers.migrate import addresses_of
from deploy.local.accounts import drop_database, make_accounts
from deploy.local.backups.programs import run_program
from deploy.local.backups.renewing import REPLACED, RESTORING
from deploy.local.environment import DATABASE, Addresses
from deploy.local.keys import ROLES
from deploy.local.ports import Ports
from deploy.local.processes import OWNER
from deploy.local.state import State
from services.kernel.postgres.migrate import find_migrations, migrate
from tests.support.postgres import _PASSWORD


@pytest.fixture
def addresses(postgres_server: str, template_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Addresses]:
    """A server as the containers have it, with the database of a platform that has just been started."""
    keys = State(tmp_path)
    make_all(keys.secrets)
    for role in ROLES:
        (keys.secrets / "postgres" / role).write_text(_PASSWORD)
    made = Addresses(keys, Ports(), {"WANGGE_POSTGRES": postgres_server})
    monkeypatch.setattr(restore, "KEYS", tmp_path)
    monkeypatch.setattr(restore, "addresses_of", lambda _: made)
    make_accounts(made)
    asyncio.run(migrate(made.dsn(OWNER), find_migrations()))
    yield made
    for name in (DATABASE, RESTORING, REPLACED):
        drop_database(made, name)


def ask(dsn: str, question: str) -> object:
    async def fetch() -> object:
        session = await asyncpg.connect(dsn)
        try:
            return await session.fetchval(question)
        finally:
            await session.close()

    return asyncio.run(fetch())


def test_a_dump_comes_back_in_another_epoch_and_what_served_stays_beside(addresses: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_again: list[str] = []
    monkeypatch.setattr(restore, "read_again", read_again.append)
    monkeypatch.setenv("WANGGE_KAFKA", "kafka:9092")
    owner = addresses.dsn(OWNER)
    before = ask(owner, "SELECT epoch FROM log.epoch")
    run_program("pg_dump", owner, "--format=custom", f"--file={tmp_path / 'one.dump'}")
    ask(owner, "CREATE TABLE public.told_after_the_backup ()")

    assert restore.main(["room"]) == 0
    run_program("pg_restore", addresses.dsn(OWNER, RESTORING), "--exit-on-error", str(tmp_path / "one.dump"))
    assert restore.main(["renew"]) == 0

    assert ask(owner, "SELECT to_regclass('public.told_after_the_backup')") is None
    assert ask(addresses.dsn(OWNER, REPLACED), "SELECT to_regclass('public.told_after_the_backup')::text") == "told_after_the_backup"
    assert ask(owner, "SELECT epoch FROM log.epoch") == int(str(before)) + 1
    assert read_again == ["kafka:9092"], "what sources told over Kafka is read again"


def test_what_cannot_be_made_fit_leaves_what_serves(addresses: Addresses, capsys: pytest.CaptureFixture[str]) -> None:
    assert restore.main(["room"]) == 0
    ask(
        addresses.superuser_on(RESTORING),
        "CREATE SCHEMA log AUTHORIZATION postgres" if urlsplit(addresses.superuser_dsn).username == "postgres" else "CREATE SCHEMA log",
    )

    assert restore.main(["renew"]) == 1

    assert "what served before is untouched" in capsys.readouterr().err
    assert ask(addresses.dsn(OWNER), "SELECT count(*) FROM log.epoch") == 1


def test_it_is_told_which_step() -> None:
    assert restore.main([]) == 2
    assert restore.main(["everything"]) == 2


def test_the_server_is_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_all(State(tmp_path).secrets)
    monkeypatch.setenv("WANGGE_POSTGRES_SERVER", "db:6543")

    assert urlsplit(addresses_of(State(tmp_path)).dsn(OWNER)).netloc.endswith("@db:6543")
