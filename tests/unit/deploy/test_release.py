"""One release, written in four places."""

import re
import tomllib
from pathlib import Path

from services.kernel.release import RELEASE

CHECKOUT = Path(__file__).resolve().parents[3]


def test_the_image_the_compose_file_and_the_package_are_of_the_release_the_code_says() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    label = re.findall(r'image\.version="([^"]+)"', (CHECKOUT / "Dockerfile").read_text(encoding="utf-8"))
    tags = re.findall(r"WANGGE_IMAGE:-wangge:([^}]+)}", (CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))

    assert project["version"] == RELEASE
    assert label == [RELEASE]
    assert set(tags) == {RELEASE}
