"""How often a process looks for garbage in cycles."""

import gc

_NEW_OBJECTS = 100_000


def collect_seldom() -> None:
    """To be called once a process is made up: what it has loaded is looked at no more, what is new only after 100,000 objects that stay.

    A batch holds thousands of entities, rows and documents, none in a cycle. By Python's own measure (700 objects, and all there is ever again) looking for
    cycles among them, and through the whole catalogue, took up to a tenth of a room's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 100)
