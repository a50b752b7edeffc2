"""Valid events as JSON, in structured and in binary mode."""

import json

EXPOSURE = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/shop/web",
    "type": "peekproof.exposure.v1",
    "subject": "user:8f3a",
    "time": "2026-11-22T10:00:00.123Z",
    "datacontenttype": "application/json",
    "data": {
        "experiment_id": "checkout",
        "variant": "personal",
        "unit_id": "8f3a",
        "attributes": {"device": "mobile"},
        "consent": ["analytics"],
        "assignment_reason": "split",
        "cost": 0.002,
    },
}
CONVERSION = {
    "specversion": "1.0",
    "id": "ord-991",
    "source": "/orders",
    "type": "peekproof.conversion.v1",
    "subject": "user:8f3a",
    "time": "2026-11-22T10:00:01Z",
    "data": {
        "event": "order.completed",
        "unit_id": "8f3a",
        "value": 42.50,
        "currency": "EUR",
        "reverses": None,
        "touches": [{"channel": "email", "at": "2026-11-22T09:00:00Z"}],
        "properties": {"sku": "x"},
        "consent": ["analytics"],
    },
}


def changed(event, path, value):
    """The event with one value replaced, or left out for `...`."""
    event = json.loads(json.dumps(event))
    *way, last = path.split(".")
    part = event
    for key in way:
        part = part[key]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return event


def spelled(event, path, spelling):
    """Its bytes with one value spelled by hand."""
    return json.dumps(changed(event, path, "@@")).replace('"@@"', spelling).encode("utf-8", "surrogateescape")


def binary(event):
    """(value, headers) in Kafka's binary mode."""
    attributes = {key: value for key, value in event.items() if key not in ("data", "datacontenttype")}
    headers = [(f"ce_{key}", value.encode()) for key, value in attributes.items()]
    return json.dumps(event["data"]).encode(), [("content-type", b"application/json"), *headers]
