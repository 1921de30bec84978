"""The chart renders in a form that Kubernetes takes, and each rule is shown something that breaks it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

import services.gateway.intake.settings
import services.kernel.broker
import services.kernel.postgres.migrated
import services.kernel.topics
import services.kernel.versions.activate
import services.kernel.versions.fetched
import services.metrics.settings  # noqa: F401  each brings its settings classes
from services.kernel.release import RELEASE
from tests.support.helm import CHART, KUBERNETES, SETS, Helm, Manifest, values
from tests.unit.deploy.chart import rules
from tests.unit.deploy.chart.manifests import CUSTOM, Manifests, flaws, of_kind, pod_of

BAD_POD = {
    "metadata": {"labels": {"app": "bad"}},
    "spec": {
        "containers": [
            {
                "name": "bad",
                "image": "redis:latest",
                "env": [{"name": "REDIS_PASSWORD", "value": "x"}],
                "livenessProbe": {"httpGet": {"path": "/readyz", "port": 1}},
            }
        ],
        "volumes": [{"name": "machine", "hostPath": {"path": "/"}}],
    },
}
BAD: Manifest = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "bad"},
    "spec": {"selector": {"matchLabels": {"app": "other"}}, "template": BAD_POD},
}


@pytest.mark.parametrize("name", SETS)
def test_helm_finds_nothing_to_say(helm: Helm, name: str) -> None:
    assert helm.run("lint", str(CHART), "--strict", "--kube-version", KUBERNETES, *values(name)).code == 0
    assert helm.run("lint", str(CHART), "--strict", "--kube-version", KUBERNETES, *values(name), "--set", "kafka.servers=nowhere").code == 1


@pytest.mark.parametrize(
    "mistake",
    [
        "services.metrics.replicas=13",
        "autoscaling.metrics.max=13",
        "services.mebmers.replicas=2",
        "services.gateway.settings.WANGE_READ_ANONYMOUS=public",
        "kafka.servers=user@kafka:9092",
        "backup.schedule=daily",
        "image.digest=sha256:12",
        "defaults.resources.limits.memory=lots",
        "restore.file=../one.dump",
    ],
)
def test_a_mistaken_value_is_refused(helm: Helm, mistake: str) -> None:
    done = helm.run("template", "wangge", str(CHART), "--kube-version", KUBERNETES, "--set", mistake)

    assert done.code != 0
    assert "don't meet the specifications of the schema" in done.said


@pytest.mark.parametrize("name", SETS)
def test_kubernetes_takes_what_is_rendered(rendered: dict[str, Manifests], name: str) -> None:
    spoiled = copy.deepcopy(of_kind(rendered[name], "Deployment")["gateway"])
    pod_of(spoiled)["containers"][0]["comand"] = ["true"]
    assert flaws(spoiled), "a field that Kubernetes does not know must be seen"

    assert {one["kind"]: found for one in rendered[name] if one["kind"] not in CUSTOM and (found := flaws(one))} == {}


def test_the_sets_try_everything(rendered: dict[str, Manifests]) -> None:
    kinds = {one["kind"] for manifests in rendered.values() for one in manifests}

    assert kinds >= CUSTOM | {"CronJob", "HorizontalPodAutoscaler", "Ingress", "NetworkPolicy", "PersistentVolumeClaim", "PodDisruptionBudget", "ConfigMap"}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_chart_keeps_the_rule_and_the_rule_can_fail(rule: Callable[[Manifests], list[str]], rendered: dict[str, Manifests]) -> None:
    assert rule([*rendered["small"], BAD]), "the rule does not see what breaks it"

    assert {name: broken for name, manifests in rendered.items() if (broken := rule(manifests))} == {}


@pytest.mark.parametrize(("change", "again"), [("services.gateway.replicas=3", False), ("image.tag=0.2.0", True), ("image.pullPolicy=Always", True)])
def test_a_job_that_changes_has_another_name_since_none_can_be_changed(helm: Helm, plain: Manifests, change: str, again: bool) -> None:
    changed = helm.render("--set", f"{change},postgres.host=postgres,kafka.servers=kafka:9092")
    before, after = of_kind(plain, "Job"), of_kind(changed, "Job")

    assert {name.rpartition("-")[0] for name in after} == {"migrate", "topics"}
    assert (before.keys() == after.keys()) is not again
    assert {name for name, one in after.items() if before.get(name, one) != one} == set()


def test_a_packed_chart_is_the_same(helm: Helm, rendered: dict[str, Manifests], tmp_path: Any) -> None:
    assert helm.run("package", str(CHART), "--destination", str(tmp_path)).code == 0

    done = helm.run("template", "wangge", str(tmp_path / f"wangge-{RELEASE}.tgz"), "--namespace", "wangge", "--kube-version", KUBERNETES, *values("city"))

    assert [one for one in yaml.safe_load_all(done.printed) if one] == rendered["city"]


def test_the_chart_is_of_the_release() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))

    assert (chart["version"], chart["appVersion"]) == (RELEASE, RELEASE)


def test_the_readme_names_each_group_of_values() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    groups = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    assert [name for name in groups if f"`{name}`" not in readme] == []
