"""Looking into manifests that were rendered."""

import re
from typing import Any

import kubernetes_validate

from deploy.containers.trial.composed import read_composed
from tests.support.helm import KUBERNETES, Manifest

Manifests = list[Manifest]
CUSTOM = {"ServiceMonitor", "PrometheusRule", "ScaledObject", "Cluster", "Kafka", "KafkaNodePool", "KafkaUser"}
"""Kinds that operators bring; Kubernetes has no schema for them."""


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


def composed_names() -> dict[str, str]:
    """The compose file's services that stay up, by what the chart calls them."""
    return {re.sub(r"-\d$", "", name): name for name in read_composed().ours}


def allows(policy: Manifest, labels: dict[str, str], direction: str) -> list[Any] | None:
    """The rules by which a policy lets a pod of these labels be reached (or reach); None where it does not speak of it."""
    selector = policy["spec"]["podSelector"]
    if not selector.get("matchLabels", {}).items() <= labels.items() or direction not in policy["spec"]["policyTypes"]:
        return None
    if any(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ())):  # the chart uses NotIn only
        return None
    return list(policy["spec"].get(direction.lower(), []))
