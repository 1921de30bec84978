"""SQL lives in .sql files, under names; Python knows only the names."""

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class Queries:
    """The statements of one .sql file, each an attribute under its name."""

    def __init__(self, statements: dict[str, str], origin: str) -> None:
        self._statements = statements
        self._origin = origin

    def __getattr__(self, name: str) -> str:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"{self._origin} has no query {name}") from None

    def names(self) -> list[str]:
        """All names, in the file's order."""
        return list(self._statements)


def load(package: str, file: str = "queries.sql", **schema: str) -> Queries:
    """The queries of a package's file; a keyword replaces `{keyword}` by an identifier of ours (never by a value)."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    for word, identifier in schema.items():
        if not identifier.isidentifier():
            raise ValueError(f"{identifier!r} is no identifier")
        text = text.replace("{" + word + "}", identifier)
    parts = _NAME.split(text)[1:]
    statements = {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
    return Queries(statements, f"{package}/{file}")
