"""The jars are those of the committed list, from any repository of Maven's layout."""

import hashlib
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.errors import LocalError
from deploy.local.java import major_version


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the two jars of a list of two."""
    lines = []
    for name in ("a", "b"):
        content = f"jar {name}".encode()
        path = tmp_path / f"repository/org/example/{name}/1.0/{name}-1.0.jar"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        lines.append(f"org.example:{name}:1.0 {hashlib.sha256(content).hexdigest()}")
    (tmp_path / "list").write_text("# two\n" + "\n".join(lines))
    monkeypatch.setattr(jars, "LIST", tmp_path / "list")
    return tmp_path / "repository"


def fetch(repository: Path, cache: Path) -> list[Path]:
    return jars.fetch_jars(cache, lambda _: None, {"WANGGE_MAVEN": repository.as_uri() + "/"})


def test_the_committed_list_names_each_jar_once_and_no_host() -> None:
    listed = jars.listed()

    assert len({jar.file for jar in listed}) == len(listed) == 45
    assert all(len(jar.sha256) == 64 for jar in listed)
    assert "://" not in jars.LIST.read_text()


def test_jars_are_fetched_once(repository: Path, tmp_path: Path) -> None:
    found = fetch(repository, tmp_path / "cache")

    assert [path.read_bytes() for path in found] == [b"jar a", b"jar b"]
    assert fetch(Path("/nowhere"), tmp_path / "cache") == found


def test_a_damaged_jar_is_fetched_again(repository: Path, tmp_path: Path) -> None:
    first, _ = fetch(repository, tmp_path / "cache")
    first.write_bytes(b"half")

    assert fetch(repository, tmp_path / "cache")[0].read_bytes() == b"jar a"


def test_another_file_under_a_listed_name_is_refused(repository: Path, tmp_path: Path) -> None:
    (repository / "org/example/b/1.0/b-1.0.jar").write_bytes(b"something else")

    with pytest.raises(LocalError, match=r"b-1.0.jar is not the file .* SHA-256"):
        fetch(repository, tmp_path / "cache")

    assert not (tmp_path / "cache/b-1.0.jar").exists()


def test_a_repository_that_does_not_answer_is_one_sentence_with_its_mend(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"does not answer.*WANGGE_MAVEN"):
        fetch(repository.with_name("missing"), tmp_path / "cache")


def test_what_is_no_java_has_no_version() -> None:
    assert major_version(Path("/bin/false")) == 0
    assert major_version(Path("/nonexistent/java")) == 0
