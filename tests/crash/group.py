"""What the broker says of the workers' group."""

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from streams.core.topology import APPLICATION, EXPOSURES
from tests.services.kafka import QUIETLY

PATIENCE = 5  # seconds for an answer: nobody coordinates a group before its first member has come


class Group:
    """The group of the workers that know this address of the broker."""

    def __init__(self, address):
        self._address = address

    def shares(self):
        """By name of each member, the source partitions it was given; nothing while at odds, or without an answer.

        Each question has a client of its own: one that has outlived a broker may wait for its answer for ever.
        """
        admin = AdminClient({"bootstrap.servers": self._address, **QUIETLY})
        asked = admin.describe_consumer_groups([APPLICATION], request_timeout=PATIENCE)[APPLICATION]
        try:
            told = asked.result(timeout=2 * PATIENCE)
        except (KafkaException, TimeoutError):
            return {}
        members = told.members if told.state == ConsumerGroupState.STABLE else []
        return {one.group_instance_id: _source(one.assignment.topic_partitions) for one in members}


def _source(places):
    return {str(place.partition) for place in places if place.topic == EXPOSURES}
