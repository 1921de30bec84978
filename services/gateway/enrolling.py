"""`python -m services.gateway.enrolling NAME …`: gives a reader a key. The gateway sees it within a second; the key itself is written to its own file only."""

import argparse
import hashlib
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.gateway.access import READERS, EnrolledReader
from services.gateway.grants import CLASSES, Grant


def enrol(folder: Path, name: str, grant: Grant) -> Path:
    """Adds a grant to the reader of a name, making its key if it has none yet; where the key lies. Other readers stay as they are."""
    file, key_file = folder / READERS, folder / "keys" / f"{name}.key"
    readers = msgspec.json.decode(file.read_bytes(), type=list[EnrolledReader]) if file.exists() else []
    known = next((one for one in readers if one.reader == name), None)
    if known is None:
        key = secrets.token_urlsafe(32)
        _write(key_file, key, replace=False)
        known = EnrolledReader(name, hashlib.sha256(key.encode()).hexdigest(), ())
    grants = known.grants if grant in known.grants else (*known.grants, grant)
    others = [one for one in readers if one.reader != name]
    _write(file, msgspec.json.format(msgspec.json.encode([*others, msgspec.structs.replace(known, grants=grants)]), indent=2).decode(), replace=True)
    return key_file


def _write(path: Path, text: str, *, replace: bool) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not replace and path.exists():
        raise FileExistsError(f"{path} is there already: the name belongs to a source or to a reader that was taken out; choose another")
    # Written aside and renamed: nobody ever reads half of it.
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text + "\n")
    part.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: prints where the key lies. 0 if it was done, 1 and a sentence if not."""
    parser = argparse.ArgumentParser(prog="enrolling", description="Gives a reader a key, or one more grant: all that a grant says must hold.")
    parser.add_argument("name", help="of the reader; its key is written to keys/NAME.key")
    parser.add_argument("--secrets", type=Path, default=Path(os.environ.get("WANGGE_SECRETS", "/run/secrets")), help="the folder of secrets")
    parser.add_argument("--area", action="append", default=[], metavar="KEY", help="only this area and below; may be repeated")
    parser.add_argument("--org", action="append", default=[], metavar="KEY", help="only this organisation and below; may be repeated")
    parser.add_argument("--kind", action="append", default=[], metavar="PREFIX", help="only kinds below this one; may be repeated")
    parser.add_argument("--class", dest="classes", action="append", choices=CLASSES, help="default: public and internal; may be repeated")
    given = parser.parse_args(arguments)
    if not given.name.replace("-", "").replace("_", "").isalnum():
        parser.error("a name is made of letters, digits, - and _")
    grant = Grant(tuple(given.area), tuple(given.org), tuple(given.kind) or ("",), tuple(given.classes or ("public", "internal")))
    try:
        key_file = enrol(given.secrets, given.name, grant)
    except (OSError, msgspec.MsgspecError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{given.name} reads with the key in {key_file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
