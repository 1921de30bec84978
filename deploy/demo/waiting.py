"""Waits until the figures have seen everything that was told."""

import time
from collections.abc import Callable

from deploy.demo.emit import Event
from deploy.demo.gateway import Gateway, GatewayError

PATIENCE_S = 180.0


def until_counted(gateway: Gateway, *, sleep: Callable[[float], None] = time.sleep, patience: float = PATIENCE_S) -> None:
    """Returns when the gateway says that nothing told is still uncounted; GatewayError if that does not come about in time."""
    waited = 0.0
    while (lag := gateway.status().get("lag")) != 0:
        if waited >= patience:
            raise GatewayError(f"the figures still lag by {lag} events after {patience:.0f} s; see ./run status and ./run doctor")
        sleep(0.2)
        waited += 0.2


def until_taken_in(gateway: Gateway, last: Event, *, sleep: Callable[[float], None] = time.sleep, patience: float = PATIENCE_S) -> None:
    """Returns when the last event that was put on Kafka shows in the history of the thing it is about; GatewayError if it does not in time."""
    family = str(last["type"]).split(".")[2]
    key, cause = str(last["data"][family]), f"{last['source']}#{last['id']}"
    waited = 0.0
    while all(fact.get("causationid") != cause for fact in gateway.history(family, key)):
        if waited >= patience:
            raise GatewayError(f"{cause} was sent to Kafka {patience:.0f} s ago and is not taken in; see ./run logs intake")
        sleep(0.3)
        waited += 0.3
