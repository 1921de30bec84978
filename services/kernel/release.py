"""Which release this code is. The one place that says so in Python; a test holds the image, the compose file and pyproject.toml to it."""

RELEASE = "0.1.0"


def number(release: str) -> tuple[int, ...]:
    """A release as numbers that compare: `0.10.2` comes after `0.9.0`."""
    return tuple(int(part) for part in release.split("."))
