"""Readers get their keys like sources do: the digest in a list, the key in a file of its own."""

import json
from pathlib import Path

import pytest

from services.gateway.access import Keyring
from services.gateway.enrolling import main
from services.gateway.grants import Grant
from services.kernel.clock import system_clock
from services.kernel.http.problems import ProblemError
from tests.unit.gateway.door.stage import KEY, OPERATOR_KEY, SOURCE, write_keys


def read(folder: Path, name: str) -> tuple[Grant, ...]:
    key = (folder / "keys" / f"{name}.key").read_text().strip()
    return Keyring(folder, system_clock).reader({"x-api-key": key}, ()).grants


def test_an_enrolled_reader_has_its_grants_and_may_not_write(tmp_path: Path) -> None:
    write_keys(tmp_path)

    assert main(["map", "--secrets", str(tmp_path), "--area", "z:s", "--kind", "unit"]) == 0
    assert main(["map", "--secrets", str(tmp_path), "--org", "z:o", "--class", "restricted"]) == 0

    assert read(tmp_path, "map") == (Grant(areas=("z:s",), kinds=("unit",)), Grant(organisations=("z:o",), classes=("restricted",)))
    key = (tmp_path / "keys" / "map.key").read_text().strip()
    assert Keyring(tmp_path, system_clock).caller({"x-api-key": key}).writers() == []
    assert key not in (tmp_path / "readers.json").read_text()
    assert (tmp_path / "keys" / "map.key").stat().st_mode & 0o077 == 0


def test_a_second_reader_leaves_the_first_as_it_is(tmp_path: Path) -> None:
    write_keys(tmp_path)
    main(["one", "--secrets", str(tmp_path)])
    main(["two", "--secrets", str(tmp_path), "--class", "public"])

    assert [one["reader"] for one in json.loads((tmp_path / "readers.json").read_text())] == ["one", "two"]
    assert read(tmp_path, "one") == (Grant(),)
    assert read(tmp_path, "two") == (Grant(classes=("public",)),)


def test_the_key_of_a_source_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_keys(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "district.key").write_text("secret")

    assert main(["district", "--secrets", str(tmp_path)]) == 1
    assert "choose another" in capsys.readouterr().err
    assert (tmp_path / "keys" / "district.key").read_text() == "secret"


def test_what_anybody_may_read_is_added_to_what_a_key_may(tmp_path: Path) -> None:
    write_keys(tmp_path)
    keyring, anybody = Keyring(tmp_path, system_clock), (Grant(classes=("public",)),)

    assert keyring.reader({}, anybody).grants == anybody
    assert keyring.reader({"x-api-key": KEY}, anybody).grants == (Grant(), Grant(), *anybody), "a source reads in its own areas: two share this key"
    assert keyring.reader({"x-api-key": OPERATOR_KEY}, ()).grants[0].names_persons
    assert SOURCE in keyring.reader({"x-api-key": KEY}, ()).enrolments
    with pytest.raises(ProblemError):
        keyring.reader({}, ())
