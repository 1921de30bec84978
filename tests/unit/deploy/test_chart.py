"""The Helm chart renders what the compose file runs, in a form that Kubernetes takes, and each rule is shown something that breaks it."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic_settings import BaseSettings

import services.gateway.intake.settings
import services.kernel.broker
import services.kernel.postgres.migrated
import services.kernel.topics
import services.kernel.versions.activate
import services.kernel.versions.fetched
import services.metrics.settings  # noqa: F401  each brings its settings classes
from deploy.containers.acls import read_rights
from deploy.containers.as_secrets import secrets
from deploy.containers.keys import MONITOR, kafka_users, make_all
from deploy.containers.trial.composed import read_composed
from deploy.local.keys import ROLES
from services.kernel.contracts.topics import PARTITIONS
from services.kernel.release import RELEASE
from tests.support import promql
from tests.support.helm import CHART, KUBERNETES, ROOT, SETS, Helm, Manifest, NoHelmError, find_helm, values
from tests.unit.deploy import chart_rules
from tests.unit.deploy.rendered import render

Manifests = list[Manifest]
CUSTOM = {"ServiceMonitor", "PrometheusRule", "ScaledObject", "Cluster", "Kafka", "KafkaNodePool", "KafkaUser"}
"""Kinds that operators bring; Kubernetes has no schema for them."""

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


def of_kind(manifests: Manifests, kind: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"].removeprefix("wangge-"): one for one in manifests if one["kind"] == kind}


def pod_of(deployment: Manifest) -> Manifest:
    spec: Manifest = deployment["spec"]["template"]["spec"]
    return spec


def environment(container: Manifest) -> dict[str, str]:
    return {one["name"]: str(one["value"]) for one in container["env"]}


def flaws(manifest: Manifest) -> str | None:
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        return str(error)[:300]
    return None


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


@pytest.mark.parametrize("rule", chart_rules.RULES, ids=lambda rule: rule.__name__)
def test_the_chart_keeps_the_rule_and_the_rule_can_fail(rule: Callable[[Manifests], list[str]], rendered: dict[str, Manifests]) -> None:
    assert rule([*rendered["small"], BAD]), "the rule does not see what breaks it"

    assert {name: broken for name, manifests in rendered.items() if (broken := rule(manifests))} == {}


def composed_names() -> dict[str, str]:
    """The compose file's services that stay up, by what the chart calls them."""
    return {re.sub(r"-\d$", "", name): name for name in read_composed().ours}


def test_the_services_are_those_of_the_compose_file_and_so_is_what_they_are_told(plain: Manifests) -> None:
    composed = render()["services"]
    deployments = of_kind(plain, "Deployment")

    assert deployments.keys() == composed_names().keys() == of_kind(plain, "Service").keys()
    for name, deployment in deployments.items():
        theirs = composed[composed_names()[name]]
        (ours,) = pod_of(deployment)["containers"]
        told = {key: value.replace("//wangge-", "//") for key, value in environment(ours).items()}
        expected = {**theirs["environment"], "WANGGE_NAME": name, "PGPASSFILE": "/run/own/pgpass", "WANGGE_CATALOGUE_OWN": "true"}
        assert ours["command"] == theirs["command"], name
        assert told == expected, name
        assert int(ours["resources"]["limits"]["memory"].removesuffix("Mi")) * 1024**2 == int(theirs["mem_limit"]), name
        assert ours["image"] == theirs["image"] == f"wangge:{RELEASE}"


def test_each_service_has_its_own_keys_and_waits_for_database_and_catalogue(plain: Manifests) -> None:
    for name, deployment in of_kind(plain, "Deployment").items():
        spec = pod_of(deployment)
        account = re.match(r"postgresql://wangge_(\w+)@", environment(spec["containers"][0])["WANGGE_POSTGRES"])
        assert account is not None
        assert [volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume] == [f"wangge-keys-{account[1]}"], name
        (prepare,) = spec["initContainers"]
        assert re.findall(r"python -m ([\w.]+)", prepare["command"][2]) == ["services.kernel.postgres.migrated", "services.kernel.versions.fetched"]


def settings_classes(base: type[BaseSettings] = BaseSettings) -> Iterator[type[BaseSettings]]:
    for one in base.__subclasses__():
        yield one
        yield from settings_classes(one)


def test_every_setting_in_the_chart_exists(rendered: dict[str, Manifests]) -> None:
    known = {f"{one.model_config.get('env_prefix', '')}{name}".upper() for one in settings_classes() for name in one.model_fields}
    used = {
        each["name"]
        for manifests in rendered.values()
        for _, one in chart_rules.containers(manifests)
        for each in one.get("env", ())
        if each["name"].startswith("WANGGE_")
    }
    documented = set(re.findall(r"WANGGE_[A-Z_]*[A-Z]", (CHART / "values.yaml").read_text(encoding="utf-8")))

    by_hand = {"WANGGE_POSTGRES_SERVER", "WANGGE_GATEWAY"}  # read by deploy/containers/migrate.py and by what tells events
    assert (used | documented) - known == by_hand


def test_jobs_and_what_runs_by_the_clock_are_commands_of_the_compose_file(plain: Manifests, rendered: dict[str, Manifests]) -> None:
    composed = render()["services"]
    jobs = {
        name.rpartition("-")[0]: pod["spec"]["containers"][0]["command"]
        for name, pod in ((name, one["spec"]["template"]) for name, one in of_kind(plain, "Job").items())
    }
    recount = of_kind(plain, "CronJob")["recount"]["spec"]["jobTemplate"]["spec"]

    assert jobs == {name: composed[name]["command"] for name in ("migrate", "topics")}
    assert recount["template"]["spec"]["containers"][0]["command"][-1].endswith(" ".join(composed["owner"]["command"]))
    assert recount["backoffLimit"] == 0
    backup = of_kind(rendered["bundled"], "CronJob")["backup"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert backup["image"] == composed["backup"]["image"]
    assert [word for word in backup["command"] if "pg_dump" in word] == [
        "install -m 0600 /run/secrets/pgpass /run/own/pgpass\n" + (ROOT / "deploy/containers/backup.sh").read_text(encoding="utf-8")
    ]
    assert backup["command"][-1] == "once"


@pytest.mark.parametrize("name", ["bundled", "city"])
def test_while_a_backup_comes_back_nobody_writes_and_the_steps_are_the_compose_files(helm: Helm, name: str) -> None:
    manifests = helm.render(*values(name), "--set", "restore.file=wangge-20261128-020000.dump")
    composed = render(RESTORE="wangge-20261128-020000.dump")["services"]
    (pod,) = (pod for pod_name, pod in chart_rules.pods(manifests) if "-restore-" in pod_name)
    steps = {one["name"]: one for one in (*pod["spec"]["initContainers"], *pod["spec"]["containers"])}
    (platform,) = (volume["projected"]["sources"] for volume in pod["spec"]["volumes"] if "projected" in volume)

    assert {one["spec"]["replicas"] for one in of_kind(manifests, "Deployment").values()} == {0}
    assert not {one["kind"] for one in manifests} & {"HorizontalPodAutoscaler", "ScaledObject"}
    assert {rule.__name__: broken for rule in chart_rules.RULES if (broken := rule(manifests))} == {}
    assert {one["kind"]: found for one in manifests if one["kind"] not in CUSTOM and (found := flaws(one))} == {}
    assert list(steps) == ["room", "dump", "restore"]
    assert [steps[name]["command"] for name in ("room", "restore")] == [composed[name]["command"] for name in ("restore-room", "restore")]
    assert all(word in steps["dump"]["command"][-1] for word in composed["restore-dump"]["entrypoint"])
    assert composed["restore-dump"]["command"] == ["/backups/wangge-20261128-020000.dump"]
    assert {item["path"] for source in platform for item in source["secret"].get("items", ())} == {f"postgres/{role}" for role in ("postgres", *ROLES, MONITOR)}


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


@pytest.mark.parametrize("name", SETS)
def test_every_key_that_is_mounted_is_one_that_the_command_makes(rendered: dict[str, Manifests], name: str, tmp_path: Any) -> None:
    make_all(tmp_path)
    made = {one["metadata"]["name"] for one in secrets(tmp_path, "wangge-keys")}
    mounted = {volume["secret"]["secretName"] for _, pod in chart_rules.pods(rendered[name]) for volume in pod["spec"]["volumes"] if "secret" in volume}
    mounted |= {one["spec"]["superuserSecret"]["name"] for one in of_kind(rendered[name], "Cluster").values()}
    mounted |= {one["spec"]["authentication"]["password"]["valueFrom"]["secretKeyRef"]["name"] for one in of_kind(rendered[name], "KafkaUser").values()}

    assert {one for one in mounted if one.startswith("wangge-keys")} <= made
    assert mounted - made <= {"wangge-kafka-cluster-ca-cert", "kafka-ca"}


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


def test_kafkas_users_have_the_rights_of_the_one_list(rendered: dict[str, Manifests]) -> None:
    users = of_kind(rendered["bundled"], "KafkaUser")
    granted: dict[str, Any] = {}
    for user, one in users.items():
        for rule in one["spec"].get("authorization", {"acls": []})["acls"]:
            names = granted.setdefault(user, {}).setdefault(f"{rule['resource']['type']}s", {})
            names[rule["resource"]["name"]] = [re.sub(r"(?<=[a-z])([A-Z])", r"_\1", operation).lower() for operation in rule["operations"]]

    assert users.keys() == set(kafka_users())
    assert granted == read_rights()
    assert of_kind(rendered["bundled"], "Kafka")["kafka"]["spec"]["kafka"]["authorization"]["superUsers"] == ["wangge-topics"]


def test_with_users_nobody_speaks_to_kafka_under_anothers_name(rendered: dict[str, Manifests]) -> None:
    secured = render("deploy/kafka/sasl.yml")["services"]
    expected = {name: secured[composed_names()[name]]["environment"]["WANGGE_KAFKA"].rpartition("@")[0] for name in composed_names()}
    told = {name: environment(pod_of(one)["containers"][0]) for name, one in of_kind(rendered["city"], "Deployment").items()}

    assert {name: one["WANGGE_KAFKA"].rpartition("@")[0].removeprefix("wangge-") for name, one in told.items()} == expected
    assert {name for name, one in told.items() if one.get("WANGGE_KAFKA_CA") and one.get("WANGGE_KAFKA_MECHANISM")} == {
        name for name, user in expected.items() if user
    }
    (topics,) = (pod for name, pod in chart_rules.pods(rendered["city"]) if "-topics-" in name)
    assert environment(topics["spec"]["containers"][0])["WANGGE_KAFKA"].startswith("wangge-topics@")


def allows(policy: Manifest, labels: dict[str, str], direction: str) -> list[Any] | None:
    """The rules by which a policy lets a pod of these labels be reached (or reach); None where it does not speak of it."""
    selector = policy["spec"]["podSelector"]
    if not selector.get("matchLabels", {}).items() <= labels.items() or direction not in policy["spec"]["policyTypes"]:
        return None
    if any(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ())):  # the chart uses NotIn only
        return None
    return list(policy["spec"].get(direction.lower(), []))


@pytest.mark.parametrize("name", SETS)
def test_only_the_gateway_is_reached_from_outside_and_each_reaches_only_what_it_needs(rendered: dict[str, Manifests], name: str) -> None:
    policies = list(of_kind(rendered[name], "NetworkPolicy").values())
    open_to_all, reached_by_doors = set(), set()
    for pod_name, pod in chart_rules.pods(rendered[name]):
        labels = pod["metadata"]["labels"]
        entries = [found for one in policies if (found := allows(one, labels, "Ingress")) is not None]
        exits = [found for one in policies if (found := allows(one, labels, "Egress")) is not None]
        assert entries, f"{pod_name}: anybody may reach it"
        assert exits, f"{pod_name}: it may reach anybody"
        rules = [rule for found in entries for rule in found]
        sources = [source for rule in rules for source in rule.get("from", [None])]
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


def test_the_chart_is_of_the_release() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))

    assert (chart["version"], chart["appVersion"]) == (RELEASE, RELEASE)


def test_the_readme_names_each_group_of_values() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    groups = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    assert [name for name in groups if f"`{name}`" not in readme] == []
