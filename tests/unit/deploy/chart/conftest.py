"""What the chart renders, once a file."""

import pytest

from tests.support.helm import SETS, Helm, NoHelmError, find_helm, values
from tests.unit.deploy.chart.manifests import Manifests


@pytest.fixture(scope="module")
def helm() -> Helm:
    try:
        return find_helm()
    except NoHelmError as error:
        pytest.skip(f"NOT RUN: {error}; the chart is not rendered")


@pytest.fixture(scope="module")
def rendered(helm: Helm) -> dict[str, Manifests]:
    return {name: helm.render(*values(name)) for name in SETS}


@pytest.fixture(scope="module")
def plain(helm: Helm) -> Manifests:
    """With the compose file's own addresses."""
    return helm.render("--set", "postgres.host=postgres,kafka.servers=kafka:9092,services.gateway.settings=null")
