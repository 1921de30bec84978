"""Keys, who holds them and what they may do."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.gateway.access import NOBODY, Keyring
from services.kernel.http.problems import ProblemError
from tests.unit.gateway.door.stage import KEY, OPERATOR_KEY, OTHER_SOURCE, READ_KEY, READ_SOURCE, SOURCE, write_keys


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self) -> None:
        self.now += timedelta(seconds=2)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keyring(tmp_path: Path, watch: Watch) -> Keyring:
    write_keys(tmp_path)
    return Keyring(tmp_path, watch)


@pytest.mark.parametrize("headers", [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {KEY}"}, {"x-api-key": KEY}])
def test_one_key_may_stand_for_several_sources(keyring: Keyring, headers: dict[str, str]) -> None:
    caller = keyring.caller(headers)

    assert set(caller.enrolments) == {SOURCE, OTHER_SOURCE}
    assert not caller.operator


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic eDp5"}, {"x-api-key": ""}])
def test_without_a_key_the_caller_is_nobody(keyring: Keyring, headers: dict[str, str]) -> None:
    assert keyring.caller(headers) is NOBODY


def test_an_unknown_key_is_refused_and_not_taken_for_nobody(keyring: Keyring) -> None:
    with pytest.raises(ProblemError) as caught:
        keyring.caller({"x-api-key": KEY + "x"})

    assert caught.value.problem.status == 401


def test_only_the_operator_sees_restricted_things(keyring: Keyring) -> None:
    operator, source = keyring.caller({"x-api-key": OPERATOR_KEY}), keyring.caller({"x-api-key": KEY})

    assert operator.may("restricted")
    assert [source.may(klass) for klass in ("public", "internal", "restricted", "another")] == [True, True, False, False]
    assert not any(NOBODY.may(klass) for klass in ("public", "internal", "restricted"))


def test_a_key_that_may_not_write_writes_as_nobody(keyring: Keyring) -> None:
    reader = keyring.caller({"x-api-key": READ_KEY})

    assert reader.writes_as(READ_SOURCE) is None
    assert reader.writers() == []
    assert reader.known


def test_a_key_added_to_the_file_works_without_a_restart(keyring: Keyring, watch: Watch, tmp_path: Path) -> None:
    keyring.caller({"x-api-key": KEY})
    file = tmp_path / "sources.json"
    added = {**json.loads(file.read_text())[0], "source": "new", "key_sha256": "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"}
    file.write_text(json.dumps([added]))
    watch.later()

    assert list(keyring.caller({"x-api-key": "key"}).enrolments) == ["new"]
    with pytest.raises(ProblemError):
        keyring.caller({"x-api-key": KEY})


async def test_a_broken_file_leaves_the_last_good_keys_in_force_and_says_so(keyring: Keyring, watch: Watch, tmp_path: Path) -> None:
    assert await keyring.check()
    (tmp_path / "sources.json").write_text("[{")
    watch.later()

    assert SOURCE in keyring.caller({"x-api-key": KEY}).enrolments
    with pytest.raises(OSError, match="cannot be read"):
        await keyring.check()


@pytest.mark.parametrize("name", ["", "a:b", "a b", "a/b", "区", "x" * 65, "x\n"])
@pytest.mark.parametrize("field", ["namespace", "register"])
async def test_a_namespace_is_what_can_stand_before_the_colon_of_a_key(keyring: Keyring, watch: Watch, tmp_path: Path, field: str, name: str) -> None:
    file = tmp_path / "sources.json"
    file.write_text(json.dumps([{**json.loads(file.read_text())[0], field: name}]))
    watch.later()

    with pytest.raises(OSError, match=field):
        await keyring.check()
