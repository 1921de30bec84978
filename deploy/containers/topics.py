"""Makes the topics and, where the broker asks everybody who they are (WANGGE_KAFKA_RIGHTS), puts their rights in place. `python -m deploy.containers.topics`.

One command for both, chosen by a setting: podman's compose adds an override's command to the one it should replace.
"""

import sys

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.containers import acls
from services.kernel import topics


class RightsSettings(BaseSettings):
    """Whether rights are ours to give."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore", frozen=True)

    kafka_rights: bool = Field(default=False, title="Whether the rights of deploy/kafka/acls.yml are put in place as well")


def main() -> int:
    """0 if all topics, and all rights that were asked for, are in place."""
    return topics.main() or (acls.main() if RightsSettings().kafka_rights else 0)


if __name__ == "__main__":
    sys.exit(main())
