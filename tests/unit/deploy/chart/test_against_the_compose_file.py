"""The chart runs what the compose file runs, with the same commands, settings, keys and rights."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
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
from deploy.local.keys import ROLES
from services.kernel.release import RELEASE
from tests.support.helm import CHART, ROOT, SETS, Helm, values
from tests.unit.deploy.chart import rules
from tests.unit.deploy.chart.manifests import CUSTOM, Manifests, composed_names, environment, flaws, of_kind, pod_of
from tests.unit.deploy.rendered import render, settings_of


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


def test_postgresql_is_set_as_in_the_compose_file(rendered: dict[str, Manifests]) -> None:
    (cluster,) = of_kind(rendered["bundled"], "Cluster").values()

    assert cluster["spec"]["postgresql"]["parameters"] == settings_of(render()["services"]["postgres"]["command"])


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
        for _, one in rules.containers(manifests)
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
    (pod,) = (pod for pod_name, pod in rules.pods(manifests) if "-restore-" in pod_name)
    steps = {one["name"]: one for one in (*pod["spec"]["initContainers"], *pod["spec"]["containers"])}
    (platform,) = (volume["projected"]["sources"] for volume in pod["spec"]["volumes"] if "projected" in volume)

    assert {one["spec"]["replicas"] for one in of_kind(manifests, "Deployment").values()} == {0}
    assert not {one["kind"] for one in manifests} & {"HorizontalPodAutoscaler", "ScaledObject"}
    assert {rule.__name__: broken for rule in rules.RULES if (broken := rule(manifests))} == {}
    assert {one["kind"]: found for one in manifests if one["kind"] not in CUSTOM and (found := flaws(one))} == {}
    assert list(steps) == ["room", "dump", "restore"]
    assert [steps[name]["command"] for name in ("room", "restore")] == [composed[name]["command"] for name in ("restore-room", "restore")]
    assert all(word in steps["dump"]["command"][-1] for word in composed["restore-dump"]["entrypoint"])
    assert composed["restore-dump"]["command"] == ["/backups/wangge-20261128-020000.dump"]
    assert {item["path"] for source in platform for item in source["secret"].get("items", ())} == {f"postgres/{role}" for role in ("postgres", *ROLES, MONITOR)}


@pytest.mark.parametrize("name", SETS)
def test_every_key_that_is_mounted_is_one_that_the_command_makes(rendered: dict[str, Manifests], name: str, tmp_path: Any) -> None:
    make_all(tmp_path)
    made = {one["metadata"]["name"] for one in secrets(tmp_path, "wangge-keys")}
    mounted = {volume["secret"]["secretName"] for _, pod in rules.pods(rendered[name]) for volume in pod["spec"]["volumes"] if "secret" in volume}
    mounted |= {one["spec"]["superuserSecret"]["name"] for one in of_kind(rendered[name], "Cluster").values()}
    mounted |= {one["spec"]["authentication"]["password"]["valueFrom"]["secretKeyRef"]["name"] for one in of_kind(rendered[name], "KafkaUser").values()}

    assert {one for one in mounted if one.startswith("wangge-keys")} <= made
    assert mounted - made <= {"wangge-kafka-cluster-ca-cert", "kafka-ca"}


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
    (topics,) = (pod for name, pod in rules.pods(rendered["city"]) if "-topics-" in name)
    assert environment(topics["spec"]["containers"][0])["WANGGE_KAFKA"].startswith("wangge-topics@")
