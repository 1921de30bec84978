"""Several folders as one catalogue: the shipped one, and over it those of the operator, which add kinds and definitions or say them otherwise."""

import os
from collections.abc import Iterator
from pathlib import Path

from services.kernel.catalogue.source import CatalogueError, Flaw, Source

SECTIONS = ("kinds", "measures", "metrics", "values")
"""What a file of the catalogue may hold. A file in a place's folder that has none of them is somebody else's, and is left alone."""

_LISTS = ("measures", "metrics")


def folders_of(given: Path | str) -> list[Path]:
    """The folders that WANGGE_CATALOGUE names, joined as in PATH; of a folder that holds 0, 1, … those."""
    named = [Path(one) for one in str(given).split(os.pathsep) if one]
    found: list[Path] = []
    for folder in named:
        numbered = sorted((one for one in folder.glob("[0-9]*") if one.name.isdecimal() and one.is_dir()), key=lambda one: int(one.name))
        found += numbered or [folder]
    return found


def read_sources(given: Path | str, flaws: list[Flaw]) -> list[Source]:
    """The catalogue's files, folder by folder: *.yaml, common/*.yaml, places/*/*.yaml. Flaws of reading are noted."""
    sources = []
    for layer, folder in enumerate(folders_of(given)):
        here = list(_files(folder, layer, flaws))
        if not here and not flaws:
            flaws.append(Flaw(str(folder), 1, "there is no catalogue here", "Point WANGGE_CATALOGUE at folders that hold common/, places/ or files of kinds"))
        sources += here
    _note_replaced(sources)
    return sources


def _files(folder: Path, layer: int, flaws: list[Flaw]) -> Iterator[Source]:
    paths = [*folder.glob("*.yaml"), *folder.glob("common/*.yaml"), *folder.glob("places/*/*.yaml")]
    for path in sorted(paths, key=lambda one: (len(one.relative_to(folder).parts), one)):
        name = path.relative_to(folder).as_posix() if layer == 0 else str(path)
        try:
            source = Source(path, name, layer)
        except CatalogueError as error:
            flaws.extend(error.flaws)
            continue
        sections = list(source.value) if isinstance(source.value, dict) else []
        if path.parent.name != "common" and not any(section in SECTIONS for section in sections):
            continue
        unknown = [section for section in sections if section not in SECTIONS]
        flaws.extend(source.flaw((section,), f"there is no section {section}", f"Use {', '.join(SECTIONS)}") for section in unknown)
        yield source


def _note_replaced(sources: list[Source]) -> None:
    """Measures of one id, and definitions of one id and version, that a later folder says anew count there only."""
    last: dict[tuple[str, object, object], tuple[Source, int]] = {}
    for source in sources:
        for section in _LISTS:
            items = source.value.get(section) if isinstance(source.value, dict) else None
            for number, item in enumerate(items if isinstance(items, list) else ()):
                if not isinstance(item, dict):
                    continue
                named = (section, item.get("id"), item.get("version", 1))
                if named in last and last[named][0].layer < source.layer:
                    earlier, where = last[named]
                    earlier.replaced.add((section, where))
                last[named] = (source, number)
