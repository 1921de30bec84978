"""YAML with its places: every value knows the line it stands on, so that an error can say where to mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Pointer = tuple[str | int, ...]

_TEXT = "tag:yaml.org,2002:str"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML has it: ten times as quick, and every process reads the catalogue


class Flaw(NamedTuple):
    """One thing wrong in the catalogue: where, what, and how to mend it."""

    file: str
    line: int
    what: str
    mend: str = ""

    def text(self) -> str:
        """One line: file:line: what is wrong. How to mend it."""
        return f"{self.file}:{self.line}: {self.what}{f'. {self.mend}' if self.mend else ''}"


class CatalogueError(Exception):
    """The catalogue cannot be used; the message has one line for each flaw."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("\n".join(flaw.text() for flaw in flaws))
        self.flaws = tuple(flaws)


class Source:
    """One YAML file as plain values, with the line of each."""

    def __init__(self, path: Path, name: str, layer: int = 0) -> None:
        """Reads the file; CatalogueError if it is not YAML, has a key twice, or a key that is no text.

        layer: the number of the folder it lies in. What a later layer says of something goes before what an earlier one said.
        """
        self.name = name
        self.path = path
        self.layer = layer
        self.replaced: set[tuple[str, int]] = set()  # items of its lists, by section and number, that a later layer says anew
        self._lines: dict[Pointer, int] = {}
        try:
            root = _composed(path.read_text(encoding="utf-8"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CatalogueError([Flaw(name, line, f"this is not YAML: {error.problem}")]) from error
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            raise CatalogueError([Flaw(name, 1, f"the file cannot be read: {error}")]) from error
        self._loader = yaml.SafeLoader("")
        self.value: object = None if root is None else self._plain(root, ())

    def line(self, *pointer: str | int) -> int:
        """The line of a value; of the nearest one above it where it is not there."""
        while pointer and pointer not in self._lines:
            pointer = pointer[:-1]
        return self._lines.get(pointer, 1)

    def flaw(self, pointer: Pointer, what: str, mend: str = "") -> Flaw:
        """Something wrong at that value."""
        return Flaw(self.name, self.line(*pointer), what, mend)

    def _plain(self, node: yaml.Node, pointer: Pointer) -> object:
        self._lines.setdefault(pointer, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*pointer, number)) for number, child in enumerate(node.value)]
        value: object = node.value if node.tag == _TEXT else self._loader.construct_object(node)
        return value

    def _mapping(self, node: yaml.MappingNode, pointer: Pointer) -> dict[str, object]:
        made: dict[str, object] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            line = key.start_mark.line + 1
            if not isinstance(name, str):
                raise CatalogueError([Flaw(self.name, line, "a key is not a text", "Write it as a plain word")])
            if name in made:
                raise CatalogueError([Flaw(self.name, line, f"{name} stands here twice", "Keep one of them")])
            self._lines[(*pointer, name)] = line
            made[name] = self._plain(child, (*pointer, name))
        return made


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)  # which says better where the fault is
