"""What the broker says of the workers' group."""

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from streams.core.topology import APPLICATION, EXPOSURES
from tests.services.kafka import QUIETLY

PATIENCE = 5  # seconds for an answer: nobody coordinates a group before its first member has come


class Group:
    """The group of the workers that know this address of the broker."""

    def __init__(self, address):
        self._admin = AdminClient({"bootstrap.servers": address, **QUIETLY})

    def shares(self):
        """By name of each member, the source partitions it was given; nothing while at odds, or without an answer."""
        try:
            told = self._admin.describe_consumer_groups([APPLICATION], request_timeout=PATIENCE)[APPLICATION].result()
        except KafkaException:
            return {}
        members = told.members if told.state == ConsumerGroupState.STABLE else []
        return {one.group_instance_id: _source(one.assignment.topic_partitions) for one in members}


def _source(places):
    return {str(place.partition) for place in places if place.topic == EXPOSURES}
