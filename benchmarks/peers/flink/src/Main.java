import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import peers.Change;
import peers.Event;
import peers.Job;

/** The job in Flink: keyed by unit, then by experiment, on the heap of one JVM, with checkpoints in a folder. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        var environment = StreamExecutionEnvironment.createLocalEnvironment(2, settings());
        environment
                .fromSource(source(), WatermarkStrategy.noWatermarks(), "events")
                .keyBy(Event::unit)
                .process(new Attribution())
                .keyBy(Change::experiment)
                .process(new Totals())
                .sinkTo(sink());
        environment.execute(Job.ID);
    }

    private static KafkaSource<Event> source() {
        return KafkaSource.<Event>builder()
                .setBootstrapServers(Job.BROKER)
                .setGroupId(Job.ID)
                .setTopics(Job.EXPOSURES, Job.CONVERSIONS)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new Events())
                .build();
    }

    private static KafkaSink<Tuple2<String, String>> sink() {
        return KafkaSink.<Tuple2<String, String>>builder()
                .setBootstrapServers(Job.BROKER)
                .setRecordSerializer(new Told())
                .build();
    }

    private static Configuration settings() throws IOException {
        var settings = new Configuration();
        settings.setString("state.backend.type", "hashmap");
        settings.setString("execution.checkpointing.interval", Job.CHECKPOINT_MS + " ms");
        settings.setString("execution.checkpointing.storage", "filesystem");
        settings.setString("execution.checkpointing.dir", Path.of(Job.STATE).toUri().toString());
        settings.setString("pipeline.object-reuse", "true");
        for (String door : List.of("rest.bind-address", "jobmanager.bind-host", "taskmanager.bind-host")) {
            settings.setString(door, "127.0.0.1");
        }
        newestCheckpoint().ifPresent(it -> settings.setString("execution.state-recovery.path", it.toUri().toString()));
        return settings;
    }

    /** What a cluster would find by itself: the last checkpoint that was finished before the process died. */
    private static Optional<Path> newestCheckpoint() throws IOException {
        try (var files = Files.walk(Path.of(Job.STATE), 3)) {
            return files.filter(it -> it.endsWith("_metadata"))
                    .max(Comparator.comparing(it -> it.toFile().lastModified()))
                    .map(Path::getParent);
        }
    }
}
