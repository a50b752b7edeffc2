import static org.apache.kafka.common.serialization.Serdes.ByteArray;
import static org.apache.kafka.common.serialization.Serdes.String;

import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;
import peers.Job;

/** The job in Kafka Streams: one stateful processor over two co-partitioned topics, states logged to changelogs. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        KafkaStreams streams = new KafkaStreams(topology().build(), settings());
        streams.setUncaughtExceptionHandler(failure -> StreamThreadExceptionResponse.SHUTDOWN_APPLICATION);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }

    private static StreamsBuilder topology() {
        var builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(Attribution.UNITS), String(), States.units())
                .withCachingEnabled());
        builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(Attribution.COUNTS), String(), States.counts())
                .withCachingEnabled());
        builder.stream(List.of(Job.EXPOSURES, Job.CONVERSIONS), Consumed.with(String(), ByteArray()))
                .process(Attribution::new, Attribution.UNITS, Attribution.COUNTS)
                .to(Job.OUTPUT, Produced.with(String(), String()));
        return builder;
    }

    private static Properties settings() {
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, Job.ID);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, Job.BROKER);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, Job.STATE);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, Job.GUARANTEE);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Job.SESSION_MS);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Job.SESSION_MS / 4);
        return settings;
    }
}
