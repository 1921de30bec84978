"""How it is watched, scaled, reached and moved about in a cluster."""

import re

import pytest
import yaml

import services.gateway.intake.settings
import services.kernel.broker
import services.kernel.postgres.migrated
import services.kernel.topics
import services.kernel.versions.activate
import services.kernel.versions.fetched
import services.metrics.settings  # noqa: F401  each brings its settings classes
from services.kernel.contracts.topics import PARTITIONS
from tests.support import promql
from tests.support.helm import ROOT, SETS
from tests.unit.deploy.chart import rules
from tests.unit.deploy.chart.manifests import Manifests, allows, composed_names, environment, of_kind


@pytest.mark.parametrize("name", SETS)
def test_prometheus_files_processes_under_the_jobs_that_the_rules_name(rendered: dict[str, Manifests], name: str) -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    jobs = {
        job["job_name"]: {re.sub(r"(-\d)?:8080$", "", target) for one in job["static_configs"] for target in one["targets"]}
        for job in config["scrape_configs"]
        if "static_configs" in job
    }
    found: dict[str, set[str]] = {}
    for service in of_kind(rendered[name], "Service").values():
        labels = service["metadata"]["labels"]
        found.setdefault(labels["app.kubernetes.io/component"], set()).add(labels["app.kubernetes.io/name"])

    assert found == jobs


def test_rules_and_dashboards_are_the_repositorys_own_files(rendered: dict[str, Manifests]) -> None:
    files = sorted((ROOT / "deploy/prometheus/rules").glob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    boards = {f"{file.stem}-{file.parent.name}.json": file.read_text(encoding="utf-8").rstrip("\n") for file in promql.DASHBOARDS.glob("*/*.json")}

    assert of_kind(rendered["city"], "PrometheusRule")["wangge"]["spec"]["groups"] == groups
    assert {name: text.rstrip("\n") for one in of_kind(rendered["city"], "ConfigMap").values() for name, text in one["data"].items()} == boards


def test_workers_scale_by_their_own_lag_up_to_one_for_each_partition(rendered: dict[str, Manifests]) -> None:
    scaled = of_kind(rendered["city"], "ScaledObject")["metrics"]["spec"]
    (trigger,) = scaled["triggers"]
    telemetry = (ROOT / "services/metrics/telemetry.py").read_text(encoding="utf-8")

    assert scaled["maxReplicaCount"] == PARTITIONS
    assert promql.names(trigger["metadata"]["query"]) == {"wangge_processor_lag_records"}
    assert '"wangge_processor_lag_records"' in telemetry
    assert int(trigger["metadata"]["threshold"]) > 0
    fixed = {name for name, one in of_kind(rendered["city"], "Deployment").items() if "replicas" in one["spec"]}
    assert fixed == composed_names().keys() - {"gateway", "metrics"}, "who is scaled has no number of its own that an upgrade would set back"


@pytest.mark.parametrize("name", SETS)
def test_only_the_gateway_is_reached_from_outside_and_each_reaches_only_what_it_needs(rendered: dict[str, Manifests], name: str) -> None:
    policies = list(of_kind(rendered[name], "NetworkPolicy").values())
    open_to_all, reached_by_doors = set(), set()
    for pod_name, pod in rules.pods(rendered[name]):
        labels = pod["metadata"]["labels"]
        entries = [found for one in policies if (found := allows(one, labels, "Ingress")) is not None]
        exits = [found for one in policies if (found := allows(one, labels, "Egress")) is not None]
        assert entries, f"{pod_name}: anybody may reach it"
        assert exits, f"{pod_name}: it may reach anybody"
        admitted = [rule for found in entries for rule in found]
        sources = [source for rule in admitted for source in rule.get("from", [None])]
        component = labels["app.kubernetes.io/component"]
        if None in sources or any("kubernetes.io/metadata.name: ingress" in yaml.safe_dump(source) for source in sources):
            open_to_all.add(component)
        if any(source and source.get("podSelector", {}).get("matchLabels", {}).get("wangge.org/reaches-rooms") == "true" for source in sources):
            reached_by_doors.add(component)
        ports = {port["port"] for found in exits for rule in found for port in rule["ports"]}
        spoken = environment(pod["spec"]["containers"][0])
        secured = name in {"bundled", "city"}
        wants = {53} | ({5432} if any(key in spoken for key in ("WANGGE_POSTGRES", "WANGGE_POSTGRES_SERVER", "PGHOST")) else set())
        assert wants <= ports, pod_name
        if secured:
            kafka_port = {"bundled": 9093, "city": 9094}[name]
            assert ("@" in spoken.get("WANGGE_KAFKA", "")) == (kafka_port in ports), pod_name
        assert (8080 in ports) == (component in {"gateway", "intake"}), pod_name

    assert open_to_all == {"gateway"}
    assert reached_by_doors == {"rooms"}


def test_who_has_company_may_lose_one_at_a_time(rendered: dict[str, Manifests]) -> None:
    several = {name for name, one in of_kind(rendered["city"], "Deployment").items() if one["spec"].get("replicas", 2) > 1}

    assert of_kind(rendered["city"], "PodDisruptionBudget").keys() == several
    assert of_kind(rendered["small"], "PodDisruptionBudget") == {}
