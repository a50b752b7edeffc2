import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import peers.Change;
import peers.Counts;
import peers.Decoder;
import peers.Event;
import peers.Unit;

/** Units and counts of one partition of both topics; the counts go out every second. */
final class Attribution implements Processor<String, byte[], String, String> {
    static final String UNITS = "units";
    static final String COUNTS = "counts";

    private final Decoder decoder = new Decoder();
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, Unit> units;
    private KeyValueStore<String, Counts> counts;

    @Override
    public void init(ProcessorContext<String, String> given) {
        context = given;
        units = context.getStateStore(UNITS);
        counts = context.getStateStore(COUNTS);
        context.schedule(Duration.ofSeconds(1), PunctuationType.WALL_CLOCK_TIME, this::tell);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        String topic = context.recordMetadata().orElseThrow().topic();
        decoder.decode(topic, record.value()).ifPresent(this::take);
    }

    private void take(Event event) {
        Unit known = units.get(event.unit());
        Unit unit = known == null ? new Unit() : known;
        unit.take(event).forEach(this::count);
        units.put(event.unit(), unit);
    }

    private void count(Change change) {
        Counts known = counts.get(change.experiment());
        Counts all = known == null ? new Counts() : known;
        all.add(change);
        counts.put(change.experiment(), all);
    }

    private void tell(long now) {
        try (var all = counts.all()) {
            all.forEachRemaining(it -> {
                String shard = it.key + "|" + context.taskId().partition();
                context.forward(new Record<>(shard, it.value.json(), now));
            });
        }
    }
}
