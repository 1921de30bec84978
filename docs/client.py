"""Tell Wangge what happens in your district. Copy this file: HTTP needs Python 3.9 and nothing else, Kafka also `pip install kafka-python`."""

import http.client
import json
import time
import urllib.error
import urllib.request


def event(source, id, type, when, data, **extensions):
    """A CloudEvent. `id`: yours, never used for two things. `type`: as in "case.opened". `when`: a datetime with its offset."""
    if when.utcoffset() is None:
        raise ValueError(f"{id}: when needs an offset, such as +08:00")
    standard = {"specversion": "1.0", "id": id, "source": source, "type": f"org.wangge.{type}.v1", "time": when.isoformat()}
    return {**extensions, **standard, "datacontenttype": "application/json", "data": data}


class Http:
    """Over HTTP: every event has its answer when tell() returns."""

    def __init__(self, address, key):
        self._url = address.rstrip("/") + "/v1/events"
        self._headers = {"content-type": "application/cloudevents-batch+json", "authorization": f"Bearer {key}"}

    def tell(self, *events):
        """One result per event, in order: accepted, duplicate, or rejected with its problem. Waits as long as it takes."""
        results, pause = [], 1
        while len(results) < len(events):
            answer = self._post(events[len(results) : len(results) + 500])
            decided = next((n for n, one in enumerate(answer) if one["status"] == "unavailable"), len(answer))
            results += answer[:decided]  # the rest is sent again, in its order: what was stored meanwhile says duplicate
            if not answer or decided < len(answer):
                time.sleep(pause)
            pause = 1 if decided else min(2 * pause, 60)
        return results

    def _post(self, events):
        try:
            with urllib.request.urlopen(urllib.request.Request(self._url, json.dumps(events).encode(), self._headers), timeout=60) as answer:
                return json.load(answer)["results"]
        except (OSError, http.client.HTTPException, ValueError) as error:  # nobody knows what was stored: send it again
            if isinstance(error, urllib.error.HTTPError) and error.code < 500 and error.code != 429:
                raise RuntimeError(f"{error.code}: {error.read().decode(errors='replace')}") from error  # a wrong key, or no request at all
            return []


class Kafka:
    """Over Kafka: the broker has the events when tell() returns. What is refused later stands on rejected.v1 and at GET /v1/rejected."""

    def __init__(self, servers, key, **security):
        from kafka import KafkaProducer

        self._headers = [("content-type", b"application/cloudevents+json"), ("wangge-key", key.encode())]
        self._producer = KafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=20, **security)

    def tell(self, *events):
        """All events, in their order. If it raises, tell them all again: repeating is safe."""
        for sent in [self._producer.send("inbound.v1", json.dumps(one).encode(), one["source"].encode(), headers=self._headers) for one in events]:
            sent.get(timeout=60)
