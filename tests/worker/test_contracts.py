"""What the worker takes for granted of Faust 0.15.3, mode and aiokafka 0.14.0, name by name.

When one of these fails after an update, its name says what has changed, and its class which file must follow: those of
the transport have a class each.
"""

import asyncio
import inspect
import re

import aiokafka
import faust
import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher, FetchResult, PartitionRecords
from aiokafka.consumer.group_coordinator import BaseCoordinator, GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.producer.sender import Sender
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import DefaultRecord
from aiokafka.structs import ConsumerRecord
from faust.agents.agent import Agent
from faust.app.base import App
from faust.assignor.partition_assignor import PartitionAssignor
from faust.tables.base import Collection
from faust.tables.recovery import Recovery
from faust.tables.table import Table
from faust.topics import Topic
from faust.transport import consumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage, FutureMessage
from mode import Service
from mode.threads import MethodQueue
from mode.utils.queues import FlowControlEvent

from streams.core.events import Record
from streams.settings import Settings
from streams.worker.agents import add_agents
from streams.worker.app import make_app
from streams.worker.readings import Readings
from streams.worker.tables import make_table
from streams.worker.transport import Consumer
from streams.worker.transport.batch import AHEAD, batch, to_message
from streams.worker.transport.client import ConsumerThread
from tests.worker.samples import CATALOGUE


def source(thing):
    return inspect.getsource(thing)


def parameters(thing):
    return list(inspect.signature(thing).parameters)


@pytest.fixture
async def app():
    app = make_app(Settings(), Readings(CATALOGUE, b""))
    make_table(app, 4)
    add_agents(app, None, None)
    return app


class TestPositions:
    def test_perform_seek_is_called_between_resuming_partitions_and_resuming_the_flow(self):
        for way in (Recovery.on_recovery_completed, Recovery._resume_streams):
            steps = ("on_rebalance_complete.send()", "resume_partitions(", "consumer.perform_seek()", "resume_flow()")
            places = [source(way).index(step) for step in steps]
            assert places == sorted(places)

    def test_queues_are_emptied_between_the_seek_and_the_resuming_of_the_flow(self):
        for way in (Recovery.on_recovery_completed, Recovery._resume_streams):
            last = source(way).partition("consumer.perform_seek()")[2]
            assert last.index("flow_control.resume()") < last.index("resume_flow()")
        assert "self.clear()" in source(FlowControlEvent.resume)

    def test_a_seek_that_takes_too_long_ends_in_silence(self):
        assert "consumer.perform_seek(), timeout=self.app.conf.broker_request_timeout" in source(
            Recovery._resume_streams
        )
        assert parameters(Service.wait_first) == ["self", "coros", "timeout"]
        assert "timeout" not in source(Recovery._wait).partition("wait_result.stopped")[2]

    def test_partitions_are_paused_when_they_are_assigned_and_when_they_are_revoked(self):
        assert "consumer.pause_partitions)(assigned)" in source(App._on_partitions_assigned)
        assert "consumer.pause_partitions)(assignment)" in source(App._on_partitions_revoked)

    def test_a_rebalance_passes_through_the_consumer_with_its_partitions(self):
        assert parameters(consumer.Consumer.on_partitions_revoked) == ["self", "revoked"]
        assert parameters(consumer.Consumer.on_partitions_assigned) == ["self", "assigned", "generation_id"]

    def test_perform_seek_takes_nothing_and_reads_committed_offsets(self):
        assert parameters(consumer.Consumer.perform_seek) == ["self"]
        assert "self._committed_offset.update(" in source(consumer.Consumer.perform_seek)

    def test_seek_wait_also_moves_what_faust_believes_it_has_read(self):
        assert "self.consumer._read_offset" in source(driver.AIOKafkaConsumerThread._seek_wait)

    def test_calls_of_the_thread_are_done_in_their_order_so_a_later_fetch_sees_the_seek(self):
        assert "self.loop.call_soon_threadsafe(self._queue_put, method)" in source(MethodQueue.call)
        assert isinstance(MethodQueue(num_workers=2)._queue, asyncio.Queue)
        assert source(driver.AIOKafkaConsumerThread._seek_wait).index("consumer.seek(tp, offset)") < source(
            driver.AIOKafkaConsumerThread._seek_wait
        ).index("await")

    def test_records_of_a_partition_are_thrown_away_by_a_seek(self):
        assert "del self._records[tp]" in source(Fetcher.seek_to)

    async def test_a_position_below_the_log_is_moved_to_its_beginning(self, app):
        assert "tp_state.await_reset(self._default_reset_strategy)" in source(Fetcher._proc_fetch_request)
        assert app.conf.consumer_auto_offset_reset == "earliest"

    def test_questions_about_offsets_take_partitions(self):
        for question in ("highwaters", "earliest_offsets"):
            assert parameters(getattr(driver.Consumer, question)) == ["self", "partitions"]
        assert "end_offsets(partitions)" in source(driver.AIOKafkaConsumerThread._highwaters)


class TestCommits:
    def test_topics_without_acks_are_never_committed(self):
        assert "if self.app.topics.acks_enabled_for(message.topic)" in source(consumer.Consumer.ack)

    def test_faust_takes_a_commit_lost_to_a_rebalance_for_a_crash(self):
        assert '"already rebalanced" in str(exc)' in source(driver.AIOKafkaConsumerThread._commit)
        assert "already rebalanced" not in str(aiokafka.errors.CommitFailedError())
        assert parameters(ConsumerThread._commit) == parameters(driver.AIOKafkaConsumerThread._commit)

    def test_a_commit_that_is_answered_late_throws_a_member_out_of_the_generation_it_has_joined_meanwhile(self):
        told = source(GroupCoordinator._do_commit_offsets)
        assert "self.generation," in told
        assert re.search(
            r"RebalanceInProgressError:.*?request_rejoin\(\)\n +else:\n +self.reset_generation\(\)", told, re.DOTALL
        )
        assert "self._do_commit_offsets(assignment, offsets)" in source(GroupCoordinator.commit_offsets)
        assert re.search(
            r"RebalanceInProgressError,\n.*?raise Errors.CommitFailedError",
            source(GroupCoordinator.commit_offsets),
            re.DOTALL,
        )


class TestBatches:
    def test_faust_delivers_what_getmany_yields(self):
        text = source(consumer.Consumer._drain_messages)
        assert "getmany(timeout=1.0)" in text
        assert "async for tp, message in ait" in text
        assert "callback(message)" in text

    def test_of_a_message_faust_looks_at_offset_and_topic_before_it_is_in_a_queue(self):
        text = source(consumer.Consumer._drain_messages).partition("async for tp, message in ait")[2]
        assert set(re.findall(r"message\.(\w+)", text)) == {"offset", "topic", "key", "value"}  # the last two in a log
        assert "if r_offset is None or offset >= r_offset" in text

    def test_a_message_takes_what_we_give_it(self):
        assert parameters(ConsumerMessage)[:10] == [
            "topic",
            "partition",
            "offset",
            "timestamp",
            "timestamp_type",
            "headers",
            "key",
            "value",
            "checksum",
            "serialized_key_size",
        ]

    def test_fetched_records_are_a_list_by_partition_and_never_empty(self):
        assert parameters(consumer.Consumer._wait_next_records) == ["self", "timeout"]
        text = source(Fetcher.fetched_records)
        assert text.index("if not records:") < text.index("drained[tp] = records")

    def test_no_partitions_would_mean_all_of_them(self):
        assert "if partitions and tp not in partitions" in source(Fetcher.fetched_records)
        assert "active_partitions = self._get_active_partitions()" in source(consumer.Consumer._wait_next_records)

    def test_without_active_partitions_faust_sleeps_a_second(self):
        assert "await self.sleep(1)" in source(consumer.Consumer._wait_next_records)

    def test_a_rebalance_in_a_fetch_would_make_faust_seek(self):
        assert "await self.perform_seek()" in source(consumer.Consumer.getmany)

    def test_a_full_buffer_takes_a_partition_out_of_the_active_set(self):
        assert "active_partitions.discard(tp)" in source(consumer.Consumer.on_buffer_full)

    async def test_the_queue_of_an_agent_is_bounded_by_an_attribute_of_its_topic(self, app):
        assert app.topic("other", maxsize=AHEAD).maxsize is None
        for agent in app.agents.values():
            assert agent.stream().channel.queue.maxsize == AHEAD

    async def test_a_batch_goes_through_the_codecs_of_faust_untouched(self, app):
        content = batch(TP("peekproof.exposures", 0), [Record(0, 1, b"{}")], 0)
        for agent in app.agents.values():
            event = await agent.channel.decode(to_message(content, 0))
            assert event.value is content


class TestClient:
    def test_the_thread_is_made_in_one_place_and_makes_the_client_in_one_place(self):
        assert parameters(driver.Consumer._new_consumer_thread) == ["self"]
        assert parameters(driver.AIOKafkaConsumerThread._create_worker_consumer) == ["self", "transport"]

    def test_what_a_fetch_waits_for_is_fixed_by_faust_and_used_when_the_client_starts(self):
        assert "fetch_max_wait_ms=1500" in source(driver.AIOKafkaConsumerThread._create_worker_consumer)
        assert "fetch_max_wait_ms=self._fetch_max_wait_ms" in source(aiokafka.AIOKafkaConsumer.start)

    def test_a_fetch_is_answered_with_the_first_record(self):
        assert inspect.signature(aiokafka.AIOKafkaConsumer).parameters["fetch_min_bytes"].default == 1
        assert "fetch_min_bytes" not in source(driver.AIOKafkaConsumerThread._create_worker_consumer)

    def test_every_fetch_is_a_task_of_one_method_that_an_instance_may_replace(self):
        assert parameters(Fetcher._proc_fetch_request) == ["self", "assignment", "node_id", "request"]
        assert "self._proc_fetch_request(assignment, node_id, request)," in source(Fetcher._fetch_requests_routine)
        assert not hasattr(Fetcher, "__slots__")

    def test_what_a_fetch_asks_for_and_how_far_its_logs_were_known_to_go(self):
        request = FetchRequest(0, 1, 1, 0, [("topic", [(3, 5, 1)])])
        assert request.topics == [("topic", [(3, 5, 1)])]
        assert "tp_state.highwater = highwater" in source(Fetcher._proc_fetch_request)
        assert parameters(Assignment.state_value) == ["self", "tp"]

    def test_a_fetch_that_is_cancelled_returns_and_one_that_raises_it_would_end_the_routine(self):
        cancelled = source(Fetcher._proc_fetch_request).partition("except asyncio.CancelledError:")[2]
        assert cancelled.index("return False") < cancelled.index("if not assignment.active")
        assert "any(fut.result() for fut in done_pending)" in source(Fetcher._fetch_requests_routine)

    def test_the_client_makes_its_fetcher_when_it_starts(self):
        assert "await self._consumer.start()" in source(driver.AIOKafkaConsumerThread.on_start)
        assert "self._fetcher = Fetcher(" in source(aiokafka.AIOKafkaConsumer.start)

    def test_a_member_of_a_group_is_coordinated_by_one_task_whose_failure_is_only_logged(self):
        assert "self._coordinator = GroupCoordinator(" in source(aiokafka.AIOKafkaConsumer.start)
        assert "self._coordination_task = create_task(" in source(GroupCoordinator.__init__)
        assert "raise kafka_exc from exc" in source(GroupCoordinator._coordination_routine)

    def test_a_member_asks_its_group_by_methods_that_an_instance_may_replace(self):
        assert "success = await self._do_heartbeat()" in source(GroupCoordinator._heartbeat_routine)
        assert "success = await self._do_rejoin_group(subscription)" in source(GroupCoordinator.ensure_active_group)
        assert source(GroupCoordinator._do_heartbeat).count("self.reset_generation()") == 2
        assert not hasattr(GroupCoordinator, "__slots__")

    def test_who_leads_a_group_leaves_out_what_it_does_not_know(self):
        assert "Ignoring missing topic" in source(PartitionAssignor._get_copartitioned_groups)
        assert "cluster.partitions_for_topic(topic) or set()" in source(PartitionAssignor._get_copartitioned_groups)
        assert parameters(GroupCoordinator._do_rejoin_group) == ["self", "subscription"]
        assert "self._client = client" in source(BaseCoordinator.__init__)

    def test_a_member_hears_of_a_rebalance_as_one_who_still_belongs_to_the_group(self):
        heard = source(GroupCoordinator._do_heartbeat)
        assert re.search(r"RebalanceInProgressError:.*?return True\n", heard, re.DOTALL)

    def test_what_is_fetched_enters_one_dictionary_by_item(self):
        assert "self._records = collections.OrderedDict()" in source(Fetcher.__init__)
        assert "self._records[tp] = FetchResult(" in source(Fetcher._proc_fetch_request)
        uses = re.findall(r"self\._records(\.\w+|\[)", inspect.getsource(Fetcher))
        assert set(uses) == {"[", ".keys", ".clear"}

    def test_records_are_parsed_by_an_iterator_that_an_instance_may_replace(self):
        assert "partition_records=partition_records" in source(Fetcher._proc_fetch_request)
        assert "self._partition_records = partition_records" in source(FetchResult.__init__)
        assert "self._records_iterator = self._unpack_records()" in source(PartitionRecords.__init__)
        assert "return next(self._records_iterator)" in source(PartitionRecords.__next__)
        assert not hasattr(PartitionRecords, "__slots__")

    def test_what_is_read_of_fetched_records_and_in_which_steps(self):
        text = source(PartitionRecords._unpack_records)
        for step in (
            "while records.has_next():",
            "next_batch = records.next_batch()",
            "if self._check_crcs and not next_batch.validate_crc():",
            "if next_batch.is_control_batch:",
            "if record.offset < self.next_fetch_offset:",
            "self.next_fetch_offset = next_batch.next_offset",
        ):
            assert step in text
        assert "consumed_to(self._partition_records.next_fetch_offset)" in source(FetchResult._update_position)

    def test_faust_asks_for_all_that_was_fetched_whether_committed_or_not(self, app):
        assert app.conf.broker_max_poll_records is None
        text = source(driver.AIOKafkaConsumerThread._create_worker_consumer)
        assert 'isolation_level: str = "read_uncommitted"' in text

    def test_a_parsed_record_has_the_fields_of_the_one_it_is_wrapped_in(self):
        for fields in (dir(DefaultRecord), ConsumerRecord.__dataclass_fields__):
            assert set(Record._fields) <= set(fields)


class TestProducer:
    def test_whatever_is_sent_leaves_through_a_method_that_an_instance_may_replace(self):
        assert "self._sender = Sender(" in source(aiokafka.AIOKafkaProducer.__init__)
        assert "create_task(self._send_produce_req(node_id, node_batches))" in source(Sender._sender_routine)
        assert source(Sender).count("SendProduceReqHandler(") == 1
        assert not hasattr(Sender, "__slots__")

    def test_who_has_a_connection_sends_without_waiting(self):
        assert "if not conn.connected()" in source(AIOKafkaClient._get_conn)
        before, _ = source(AIOKafkaClient.send).split("].send(")
        assert before.count("await") == 1

    def test_a_batch_takes_its_first_record_whatever_its_size(self):
        batch = BatchBuilder(64, 0)
        assert batch.append(timestamp=None, key=b"k", value=b"v" * 1_000) is not None
        assert batch.append(timestamp=None, key=b"k", value=b"v") is None

    def test_it_is_made_in_one_place_when_the_producer_starts(self):
        assert "producer = self._producer = self._new_producer()" in source(driver.Producer.on_start)
        assert "self.Producer(" in source(driver.base.Transport.create_producer)


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

    async def test_a_channel_knows_whether_more_is_waiting(self, app):
        for agent in app.agents.values():
            channel = agent.stream().channel
            assert channel.empty()
            channel.queue.put_nowait(None)
            assert not channel.empty()

    async def test_no_agent_topic_is_acknowledged(self, app):
        assert [agent.channel.acks for agent in app.agents.values()] == [False, False]


class TestTable:
    def test_the_place_of_a_key_is_asked_of_the_table(self):
        assert "self.send_changelog(self.partition_for_key(key), key, value)" in source(Table.on_key_set)
        assert parameters(Table.partition_for_key) == ["self", "key"]

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
