"""What every service of the compose file keeps to; each rule names those that do not."""

import importlib.util
import re
from typing import Any

from tests.unit.deploy.rendered import Model

WRITABLE = "docker.io/apache/kafka:"  # its start script writes settings below /opt/kafka
_SECRET = re.compile(r"PASS(WORD)?|SECRET|TOKEN|(^|_)KEY", re.IGNORECASE)
_MODULE = re.compile(r"python -m ([\w.]+)")


def _breaking(model: Model, keeps: Any) -> list[str]:
    return sorted(name for name, service in model["services"].items() if not keeps(name, service))


def non_root(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: re.fullmatch(r"[1-9]\d*:[1-9]\d*", service.get("user", "")))


def without_capabilities(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: service.get("cap_drop") == ["ALL"] and not service.get("cap_add") and not service.get("privileged"))


def without_new_privileges(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: "no-new-privileges:true" in service.get("security_opt", []))


def read_only(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: service.get("read_only") or service["image"].startswith(WRITABLE))


def limited(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: int(service.get("mem_limit", 0)) > 0 and service.get("cpus", 0) > 0 and service.get("pids_limit", 0) > 0)


def rotated(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: {"max-size", "max-file"} <= service.get("logging", {}).get("options", {}).keys())


def pinned(model: Model) -> list[str]:
    return _breaking(model, lambda _, service: re.search(r":[^:/]*\d[^:/]*$|@sha256:", service["image"]) and not service["image"].endswith("latest"))


def is_job(service: Model) -> bool:
    return bool(service.get("healthcheck", {}).get("disable"))


def healthy_or_a_job(model: Model) -> list[str]:
    """A job ends: nothing starts it again once it has ended well. Podman's compose spoils a CMD list, so all ask a shell."""
    return _breaking(model, lambda _, service: service.get("restart") in {"on-failure", "no"} if is_job(service) else service.get("healthcheck", {}).get("test", [""])[0] == "CMD-SHELL")


def jobs_awaited(model: Model) -> list[str]:
    """`up --wait` takes a job that has ended for a failure, unless somebody waits for its end."""
    awaited = {name for service in model["services"].values() for name, one in service.get("depends_on", {}).items() if one["condition"] == "service_completed_successfully"}
    return [name for name, service in model["services"].items() if is_job(service) and not service.get("profiles") and name not in awaited]


def unpublished(model: Model) -> list[str]:
    """Only the gateway's port leaves the project, and only to this machine."""
    return _breaking(model, lambda name, service: all(name == "gateway" and port.get("host_ip") == "127.0.0.1" for port in service.get("ports", [])))


def secretless(model: Model) -> list[str]:
    """The environment says where secrets lie, never what they are."""

    def keeps(_: str, service: Model) -> bool:
        environment = service.get("environment") or {}
        return not any((_SECRET.search(name) and not name.endswith("FILE")) or re.search(r"://[^/@]*:[^/@]*@", str(value)) for name, value in environment.items())

    return _breaking(model, keeps)


def commands_exist(model: Model) -> list[str]:
    """Each `python -m` names a module that is there."""

    def keeps(_: str, service: Model) -> bool:
        words = " ".join([*(service.get("command") or []), *service.get("healthcheck", {}).get("test", [])])
        return all(_is_there(module) for module in _MODULE.findall(words))

    return _breaking(model, keeps)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def volumes_used(model: Model) -> list[str]:
    used = {volume["source"] for service in model["services"].values() for volume in service.get("volumes", []) if volume["type"] == "volume"}
    return sorted(used ^ model["volumes"].keys())


def own_keys(model: Model) -> list[str]:
    """Who connects as a role, or to Kafka as a user, has that one's keys at /run/secrets, cannot write them, and has no others."""

    def keeps(name: str, service: Model) -> bool:
        environment = service.get("environment") or {}
        role = re.match(r"postgresql://wangge_(\w+)@", environment.get("WANGGE_POSTGRES", ""))
        user = re.match(r"(\w+)@", environment.get("WANGGE_KAFKA", ""))
        wanted = {f"keys-{found[1]}" for found in (role, user) if found}
        mounted = {volume["source"] for volume in service.get("volumes", []) if volume["target"] == "/run/secrets" and volume.get("read_only")}
        others = {volume["source"] for volume in service.get("volumes", []) if volume["source"].startswith("keys") and volume["target"] not in {"/run/secrets", "/run/keys"}}
        return wanted <= mounted and len(mounted) <= 1 and (not others or name in {"keys", "migrate", "restore-room", "restore"})

    return _breaking(model, keeps)


RULES = (non_root, without_capabilities, without_new_privileges, read_only, limited, rotated, pinned, healthy_or_a_job, jobs_awaited, unpublished, secretless, commands_exist, volumes_used, own_keys)
