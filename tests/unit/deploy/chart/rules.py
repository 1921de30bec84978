"""What everything that the chart renders keeps to; each rule names what breaks it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.helm import Manifest

Manifests = list[Manifest]
Container = dict[str, Any]


def pods(manifests: Manifests) -> Iterator[tuple[str, Manifest]]:
    """Every pod template, by the name of what makes pods of it."""
    for one in manifests:
        name = one["metadata"]["name"]
        if one["kind"] in {"Deployment", "Job"}:
            yield name, one["spec"]["template"]
        elif one["kind"] == "CronJob":
            yield name, one["spec"]["jobTemplate"]["spec"]["template"]


def containers(manifests: Manifests) -> Iterator[tuple[str, Container]]:
    """Every container, those that only prepare among them."""
    for name, pod in pods(manifests):
        for one in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
            yield f"{name}/{one['name']}", one


def _pods_breaking(manifests: Manifests, keeps: Callable[[Manifest], Any]) -> list[str]:
    return sorted(name for name, pod in pods(manifests) if not keeps(pod["spec"]))


def _containers_breaking(manifests: Manifests, keeps: Callable[[Container], Any]) -> list[str]:
    return sorted(name for name, one in containers(manifests) if not keeps(one))


def non_root(manifests: Manifests) -> list[str]:
    def keeps(spec: Manifest) -> bool:
        context = spec.get("securityContext", {})
        return bool(context.get("runAsNonRoot") and context.get("runAsUser", 0) > 0 and context.get("seccompProfile") == {"type": "RuntimeDefault"})

    return _pods_breaking(manifests, keeps)


def restricted(manifests: Manifests) -> list[str]:
    """As the Pod Security Standard `restricted` asks, and a root that cannot be written."""

    def keeps(one: Container) -> bool:
        context = one.get("securityContext", {})
        return (
            context.get("allowPrivilegeEscalation") is False
            and context.get("readOnlyRootFilesystem") is True
            and context.get("capabilities") == {"drop": ["ALL"]}
        )

    return _containers_breaking(manifests, keeps)


def without_token(manifests: Manifests) -> list[str]:
    return _pods_breaking(manifests, lambda spec: spec.get("automountServiceAccountToken") is False and spec.get("serviceAccountName"))


def local_volumes(manifests: Manifests) -> list[str]:
    """Only volumes that the restricted standard allows, and none of the machine's."""
    allowed = {"emptyDir", "secret", "configMap", "projected", "persistentVolumeClaim"}
    return _pods_breaking(manifests, lambda spec: all(set(volume) - {"name"} <= allowed for volume in spec.get("volumes", ())))


def limited(manifests: Manifests) -> list[str]:
    return _containers_breaking(
        manifests, lambda one: all({"cpu", "memory"} <= one.get("resources", {}).get(side, {}).keys() for side in ("requests", "limits"))
    )


def pinned(manifests: Manifests) -> list[str]:
    return _containers_breaking(manifests, lambda one: re.search(r":[^:/]*\d[^:/]*$|@sha256:[0-9a-f]{64}$", one["image"]))


def probed(manifests: Manifests) -> list[str]:
    """What stays up is asked three questions, and whether it lives is never asked of the database."""

    def keeps(one: Container) -> bool:
        asked = {name: one.get(f"{name}Probe", {}).get("httpGet", {}).get("path") for name in ("startup", "liveness", "readiness")}
        return asked == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}

    lasting = [one for one in manifests if one["kind"] == "Deployment"]
    return sorted(f"{one['metadata']['name']}/{box['name']}" for one in lasting for box in one["spec"]["template"]["spec"]["containers"] if not keeps(box))


def secretless(manifests: Manifests) -> list[str]:
    """The environment says where secrets lie, never what they are; so does every text."""

    def keeps(one: Container) -> bool:
        return not any(
            re.search(r"(PASSWORD|SECRET|TOKEN)$", each["name"]) or re.search(r"://[^/@]*:[^/@]*@", str(each.get("value"))) or "valueFrom" in each
            for each in one.get("env", ())
        )

    return [*_containers_breaking(manifests, keeps), *(one["metadata"]["name"] for one in manifests if one["kind"] == "Secret")]


def labelled(manifests: Manifests) -> list[str]:
    wanted = {f"app.kubernetes.io/{name}" for name in ("name", "instance", "component", "part-of", "version", "managed-by")} | {"helm.sh/chart"}
    return sorted(one["metadata"]["name"] for one in manifests if not wanted <= one["metadata"].get("labels", {}).keys())


def selected(manifests: Manifests) -> list[str]:
    """Who selects pods by labels finds some of ours."""
    known = [pod["metadata"]["labels"] for _, pod in pods(manifests)]

    def finds(labels: dict[str, str]) -> bool:
        return any(labels.items() <= one.items() for one in known)

    found = []
    for one in manifests:
        if one["kind"] == "Service":
            selector = one["spec"]["selector"]
        elif one["kind"] in {"PodDisruptionBudget", "Deployment"}:
            selector = one["spec"]["selector"]["matchLabels"]
        else:
            continue
        if not finds(selector):
            found.append(f"{one['kind']} {one['metadata']['name']}")
    return found


RULES = (non_root, restricted, without_token, local_volumes, limited, pinned, probed, secretless, labelled, selected)
