"""Puts a backup in the place of what there is: `./run restore FILE`."""

from pathlib import Path

from deploy.local.backups import keys
from deploy.local.backups.inbound import read_again
from deploy.local.backups.manifest import Manifest, fingerprint
from deploy.local.backups.programs import run_program
from deploy.local.backups.renewing import RESTORING, Renewed, Say, make_room, renew
from deploy.local.errors import LocalError
from deploy.local.keys import make_keys
from deploy.local.platform import Platform
from deploy.local.state import State


def check(file: Path, state: State, keys_file: Path | None) -> Manifest | None:
    """Whether the backup is whole and its keys are here, before anything is stopped; puts the keys in place if they were named. LocalError with the mend."""
    if not file.is_file():
        raise LocalError(f"there is no backup {file}", "name a file that `./run backup` wrote")
    manifest = Manifest.read(file)
    state.prepare()
    if keys_file is not None:
        keys.load(keys_file, state.secrets)
    make_keys(state.secrets)
    if manifest is not None and manifest.keys != fingerprint(state.secrets):
        raise LocalError(
            f"the keys in {state.secrets} are not those that the backup's pseudonyms and vault were made with",
            "name the file with the keys: --keys FILE",
        )
    return manifest


def restore(platform: Platform, file: Path, say: Say) -> Renewed:
    """Restores beside what there is, makes it fit, compares, and puts it in place. The platform must not run; it is stopped again at the end."""
    platform.start_infrastructure()
    try:
        make_room(platform.addresses)
        run_program("pg_restore", platform.addresses.superuser_on(RESTORING), "--exit-on-error", str(file))
        say("restore", f"{file.name} is in {RESTORING}")
        found = renew(platform.addresses, say)
        read_again(platform.kafka)
        return found
    finally:
        platform.stop()
