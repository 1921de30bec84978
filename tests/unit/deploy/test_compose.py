"""The rendered compose file keeps to the rules, and each rule is shown a service that breaks it."""

import copy
import re
import tomllib
from collections.abc import Callable

import pytest
import yaml

from deploy.containers.acls import read_rights
from deploy.containers.keys import NEEDED, kafka_users
from deploy.containers.topics import main as make_topics
from deploy.containers.trial.composed import read_composed
from deploy.local import database
from services.gateway.intake.settings import IntakeSettings
from services.kernel.contracts.topics import BY_NAME
from services.metrics.settings import WorkerSettings
from tests.unit.deploy import compose_rules
from tests.unit.deploy.rendered import ROOT, Model, render, settings_of

BAD: Model = {
    "image": "docker.io/library/redis:latest",
    "user": "root",
    "cap_add": ["SYS_ADMIN"],
    "command": ["python", "-m", "services.nowhere.main"],
    "environment": {"REDIS_PASSWORD": "x", "WANGGE_POSTGRES": "postgresql://wangge_cases@postgres/wangge"},
    "ports": [{"target": 6379, "published": "6379"}],
    "volumes": [{"type": "volume", "source": "undeclared", "target": "/data"}],
    "healthcheck": {"disable": True},
}


@pytest.fixture(scope="module")
def model() -> Model:
    return render()


@pytest.fixture(scope="module")
def secured() -> Model:
    return render("deploy/kafka/sasl.yml")


@pytest.mark.parametrize("rule", compose_rules.RULES, ids=lambda rule: rule.__name__)
def test_the_file_keeps_the_rule_and_the_rule_can_fail(rule: Callable[[Model], list[str]], model: Model) -> None:
    broken = copy.deepcopy(model)
    broken["services"]["bad"] = BAD
    assert rule(broken), "the rule does not see a service that breaks it"

    assert rule(model) == []


@pytest.mark.parametrize("override", ["deploy/kafka/sasl.yml", "deploy/kafka/three.yml"])
def test_an_override_keeps_them_too(override: str) -> None:
    rendered = render(override, KAFKA_REPLICATION="3")

    assert {rule.__name__: broken for rule in compose_rules.RULES if (broken := rule(rendered))} == {}


def test_what_is_published_by_hand_is_published_to_this_machine_only() -> None:
    ports = [port for service in render("deploy/containers/published.yml")["services"].values() for port in service.get("ports", [])]

    assert len(ports) == 4
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_postgresql_is_set_as_without_containers(model: Model) -> None:
    """What was measured and planned with on one machine holds in containers as well; connections are counted differently there."""
    here = {name: str(value) for name, value in database.SETTINGS.items()}
    settings = settings_of(model["services"]["postgres"]["command"])

    assert {name: value for name, value in settings.items() if name != "max_connections" and here[name] != value} == {}
    assert {"shared_buffers", "work_mem", "max_wal_size", "checkpoint_timeout", "random_page_cost"} <= settings.keys()


def test_one_service_builds_the_image_all_of_ours_run(model: Model) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = f"wangge:{project['version']}"
    building = [name for name, service in model["services"].items() if "build" in service]
    ours = {name for name, service in model["services"].items() if service["image"] == image}

    assert building == ["keys"]
    assert ours == {name for name, service in model["services"].items() if service["user"] == "10001:10001"} - {"backup", "restore-dump"}  # PostgreSQL's programs
    assert all(model["services"][name]["pull_policy"] == "never" for name in ours)
    assert f'image.version="{project["version"]}"' in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_prometheus_asks_every_process_of_ours(model: Model) -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    asked = {target for job in config["scrape_configs"] for one in job.get("static_configs", []) for target in one["targets"]}

    assert asked == {f"{name}:8080" for name in read_composed().ours}
    named = {name for job in config["scrape_configs"] for one in job.get("dns_sd_configs", []) for name in one["names"]}
    assert named == {name for name in model["services"] if name.endswith("-exporter")}


def test_with_passwords_nobody_speaks_to_kafka_without(secured: Model) -> None:
    kafka = secured["services"]["kafka"]["environment"]
    users = {found[1] for service in secured["services"].values() if (found := re.match(r"(\w+)@kafka:", (service.get("environment") or {}).get("WANGGE_KAFKA", "")))}

    assert {one.partition(":")[2] for one in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")} == {"SASL_PLAINTEXT"}
    assert users == set(kafka_users())
    assert kafka["KAFKA_SUPER_USERS"] == "User:broker;User:topics"
    assert secured["services"]["topics"]["environment"]["WANGGE_KAFKA_RIGHTS"] == "true"


@pytest.mark.parametrize("file", ["deploy/kafka/sasl.yml", "deploy/kafka/three.yml", "deploy/containers/published.yml"])
def test_an_override_replaces_no_list(file: str) -> None:
    """Docker's compose replaces a command, podman's adds to it; both add to volumes and ports."""
    services = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["services"]

    assert {name for name, one in services.items() if one.keys() & {"command", "entrypoint", "healthcheck", "tmpfs"}} == set()


@pytest.mark.parametrize(("asked", "codes", "code", "called"), [("", (0, 0), 0, ["topics"]), ("true", (0, 0), 0, ["topics", "acls"]), ("true", (1, 0), 1, ["topics"]), ("true", (0, 1), 1, ["topics", "acls"])])
def test_rights_are_given_after_the_topics_and_only_where_asked_for(monkeypatch: pytest.MonkeyPatch, asked: str, codes: tuple[int, int], code: int, called: list[str]) -> None:
    done: list[str] = []
    for name, ends in zip(("topics", "acls"), codes, strict=True):
        monkeypatch.setattr(f"deploy.containers.topics.{name}.main", lambda name=name, ends=ends: done.append(name) or ends)
    if asked:
        monkeypatch.setenv("WANGGE_KAFKA_RIGHTS", asked)

    assert make_topics() == code
    assert done == called


def test_rights_are_of_users_topics_and_groups_that_exist() -> None:
    rights = read_rights()
    topics = {topic for one in rights.values() for topic in one["topics"]}
    groups = {group for one in rights.values() for group in one.get("groups", {})}

    assert rights.keys() == set(kafka_users()) - {"topics"}
    assert topics == BY_NAME.keys()
    assert groups == {WorkerSettings.model_fields["metrics_group"].default, IntakeSettings.model_fields["inbound_group"].default}


def test_each_service_writes_and_reads_the_topics_of_the_contract() -> None:
    rights = read_rights()
    writers = {topic: {user for user, one in rights.items() if "write" in one["topics"].get(topic, ())} for topic in BY_NAME}
    readers = {topic: {user for user, one in rights.items() if "read" in one["topics"].get(topic, ())} for topic in BY_NAME}

    outside = {"district systems": "operator"}
    assert writers == {topic.name: {outside.get(topic.producer, topic.producer)} for topic in BY_NAME.values()}
    assert readers == {topic.name: {outside.get(one, one) for one in topic.consumers} for topic in BY_NAME.values()}


def test_the_key_job_has_a_volume_for_everyone_it_hands_keys_to(model: Model) -> None:
    handed = {volume["target"].rpartition("/")[2] for volume in model["services"]["keys"]["volumes"] if volume["source"].startswith("keys-")}

    assert handed == {*NEEDED, "postgres", "broker", "grafana", "exporter"}
