"""The vault: names and phones of people, sealed, under their pseudonym. Only put in; nothing here reads them out again."""

import msgspec
from cryptography.fernet import Fernet

from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load

_SQL = load("services.members", "sql/vault.sql")


class Vault:
    """Seals what is told of a person with the vault's key before it leaves this process."""

    def __init__(self, database: Database, people: Pseudonyms, key: str) -> None:
        """Takes a Fernet key (32 bytes in url-safe base64); ValueError if it is none."""
        self._database = database
        self._people = people
        self._seal = Fernet(key)

    async def put(self, register: str, reference: str, fields: dict[str, str]) -> None:
        """Keeps these fields of a person, in place of all kept before."""
        sealed = self._seal.encrypt(msgspec.json.encode(fields))
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.put_person, self._people.of(register, reference), sealed)
