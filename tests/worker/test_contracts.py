"""What the worker takes for granted of Faust 0.15.3, mode and aiokafka 0.14.0, name by name.

When one of these fails after an update, the name in the test says what has changed and so which file here must follow.
"""

import asyncio
import inspect

import aiokafka
import faust
import pytest
from aiokafka.consumer.fetcher import Fetcher
from faust.agents.agent import Agent
from faust.app.base import App
from faust.tables.base import Collection
from faust.tables.recovery import Recovery
from faust.topics import Topic
from faust.transport import consumer
from faust.transport.drivers import aiokafka as driver
from faust.types import FutureMessage
from mode import Service

from streams.settings import Settings
from streams.worker.agents import add_agents
from streams.worker.app import make_app
from streams.worker.readings import Readings
from streams.worker.tables import make_table
from streams.worker.transport import Consumer, ConsumerThread
from tests.worker.samples import CATALOGUE


def source(thing):
    return inspect.getsource(thing)


def parameters(thing):
    return list(inspect.signature(thing).parameters)


@pytest.fixture
async def app():
    app = make_app(Settings(), Readings(CATALOGUE, b""))
    make_table(app, 4)
    add_agents(app, None)
    return app


class TestConsumer:
    def test_perform_seek_is_called_once_tables_are_recovered_with_or_without_tables(self):
        for way in (Recovery.on_recovery_completed, Recovery._resume_streams):
            text = source(way)
            assert text.index("on_rebalance_complete.send()") < text.index("consumer.perform_seek()")
            assert text.index("consumer.perform_seek()") < text.index("consumer.resume_flow()")

    def test_perform_seek_takes_nothing_and_reads_committed_offsets(self):
        assert parameters(consumer.Consumer.perform_seek) == ["self"]
        assert "self._committed_offset.update(" in source(consumer.Consumer.perform_seek)

    def test_seek_wait_also_moves_what_faust_believes_it_has_read(self):
        assert "self.consumer._read_offset" in source(driver.AIOKafkaConsumerThread._seek_wait)

    def test_questions_about_offsets_take_partitions(self):
        for question in ("highwaters", "earliest_offsets"):
            assert parameters(getattr(driver.Consumer, question)) == ["self", "partitions"]
        assert "end_offsets(partitions)" in source(driver.AIOKafkaConsumerThread._highwaters)

    def test_the_thread_is_made_in_one_place_and_makes_the_client_in_one_place(self):
        assert parameters(driver.Consumer._new_consumer_thread) == ["self"]
        assert parameters(driver.AIOKafkaConsumerThread._create_worker_consumer) == ["self", "transport"]

    def test_the_fetch_wait_is_fixed_by_faust_and_used_when_the_client_starts(self):
        assert "fetch_max_wait_ms=1500" in source(driver.AIOKafkaConsumerThread._create_worker_consumer)
        assert "fetch_max_wait_ms=self._fetch_max_wait_ms" in source(aiokafka.AIOKafkaConsumer.start)

    def test_a_full_buffer_takes_a_partition_out_of_the_active_set(self):
        assert "active_partitions.discard(tp)" in source(consumer.Consumer.on_buffer_full)

    def test_faust_takes_a_commit_lost_to_a_rebalance_for_a_crash(self):
        assert '"already rebalanced" in str(exc)' in source(driver.AIOKafkaConsumerThread._commit)
        assert "already rebalanced" not in str(aiokafka.errors.CommitFailedError())
        assert parameters(ConsumerThread._commit) == parameters(driver.AIOKafkaConsumerThread._commit)

    def test_topics_without_acks_are_never_committed(self):
        assert "if self.app.topics.acks_enabled_for(message.topic)" in source(consumer.Consumer.ack)

    def test_records_of_a_partition_are_thrown_away_by_a_seek(self):
        assert "del self._records[tp]" in source(Fetcher.seek_to)


class TestApp:
    async def test_the_transport_makes_our_consumer(self, app):
        assert app.transport.Consumer is Consumer
        assert "self.Consumer(" in source(driver.base.Transport.create_consumer)

    def test_every_failure_passes_through_crash(self):
        assert "await self.crash(exc)" in source(Service._execute_task)
        assert "self.beacon.root.data.crash(exc)" in source(driver.ThreadedProducer.__mro__[1]._serve)

    def test_an_agent_that_fails_is_asked_about_before_it_is_restarted(self):
        text = source(Agent._execute_actor)
        assert text.index("self._on_error(self, exc)") < text.rindex("self.supervisor.wakeup()")
        assert "on_error=self._on_agent_error" in source(App.agent)

    async def test_the_settings_mean_what_we_mean(self, app):
        conf = app.conf
        assert (conf.web_enabled, conf.topic_allow_declare, conf.topic_disable_leader) == (False, False, True)
        assert conf.key_serializer == conf.value_serializer == "raw"
        assert conf.id == "peekproof"

    async def test_the_rebalance_signal_is_awaited_and_holds_its_listener(self, app):
        assert inspect.signature(app.on_rebalance_complete._connect).parameters["weak"].default is False


class TestAgents:
    async def test_agents_are_coroutines_and_answer_nobody(self, app):
        assert {agent.name for agent in app.agents.values()} == {"attribution", "evaluation"}
        for agent in app.agents.values():
            assert inspect.iscoroutinefunction(agent.fun)
            assert not inspect.isasyncgenfunction(agent.fun)
            assert agent._sinks == []

    def test_only_an_agent_that_yields_is_made_to_reply(self):
        text = source(Agent._prepare_actor)
        assert text.index("isinstance(aref, Awaitable)") < text.index("self._slurp(aref")
        assert "Faust-Ag-ReplyTo" in source(Agent._slurp)

    async def test_raw_bytes_stay_bytes_whatever_they_say(self, app):
        request = b'{"__faust": {"ns": "@ReqRepRequest"}, "reply_to": "peekproof.decisions", "value": 1}'
        for agent in app.agents.values():
            schema = agent.channel.schema
            assert schema.loads_value(app, type("M", (), {"value": request, "headers": None}), loads=None) == request

    async def test_no_agent_topic_is_acknowledged(self, app):
        assert [agent.channel.acks for agent in app.agents.values()] == [False, False]


class TestTable:
    def test_a_write_goes_through_send_changelog_which_returns_a_promise(self):
        assert "fut = self.send_changelog(" in source(faust.Table.on_key_set)
        assert "return self.changelog_topic.send_soon(" in source(Collection.send_changelog)
        assert issubclass(FutureMessage, asyncio.Future)

    def test_a_promise_fails_when_the_broker_refuses(self):
        assert "message.set_exception(exc)" in source(Topic._on_published)

    async def test_keys_and_values_are_raw_and_the_changelog_has_the_name_of_the_topology(self, app):
        (table,) = app.tables.values()
        assert (table.key_serializer, table.value_serializer) == ("raw", "raw")
        assert table.changelog_topic.get_topic_name() == "peekproof-evaluation-changelog"
        assert table.use_partitioner is False
