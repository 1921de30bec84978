"""Merge patches (RFC 7396) on a thing's fields, and the fields they set.

A field is a path of names joined by "/": `name`, `attributes/industry`. Arrays are values: replaced whole.
"""

from collections.abc import Callable, Iterator

from services.kernel.contracts.commands import Document


def apply(data: Document, patch: Document) -> Document:
    """The data with the patch merged in; neither argument is changed."""
    merged = dict(data)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            inner = merged.get(name)
            merged[name] = apply(inner if isinstance(inner, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def patched(data: Document, patch: Document) -> Document:
    """The data with the patch merged in, less the objects of which nothing is left: no attributes are as good as none told."""
    return {name: value for name, value in apply(data, patch).items() if value != {}}


def leaves(patch: Document, above: str = "") -> Iterator[str]:
    """The fields a patch sets or removes (of a whole document: all its fields)."""
    for name, value in patch.items():
        path = _path(above, name)
        if isinstance(value, dict) and value:
            yield from leaves(value, path)
        else:
            yield path


def without_newer(patch: Document, data: Document, is_newer: Callable[[str], bool], above: str = "") -> Document:
    """The part of a late patch that may still be taken: the fields for which is_newer is false.

    Removing an object removes those of its fields that are not newer.
    """
    taken: Document = {}
    for name, value in patch.items():
        path = _path(above, name)
        inner = data.get(name)
        below = dict.fromkeys(inner) if value is None and isinstance(inner, dict) else value
        if isinstance(below, dict) and below:
            part = without_newer(below, inner if isinstance(inner, dict) else {}, is_newer, path)
            if part:
                taken[name] = part
        elif not is_newer(path):
            taken[name] = value
    return taken


def _path(above: str, name: str) -> str:
    name = name.replace("~", "~0").replace("/", "~1")
    return f"{above}/{name}" if above else name
