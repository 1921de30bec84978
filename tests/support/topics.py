"""Topics of a test's own on a broker that others use as well."""

import time

from services.kernel.topics import Topics


def remove(topics: Topics, name: str) -> None:
    """Deletes a topic, if it is there, and waits until it is gone."""
    if topics.describe(name) is None:
        return
    topics._ask().delete_topics([name])
    while topics.describe(name) is not None:
        time.sleep(0.05)
