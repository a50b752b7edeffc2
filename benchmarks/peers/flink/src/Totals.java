import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import peers.Change;
import peers.Counts;

/** The counts of one experiment; they go out at most once a second. */
final class Totals extends KeyedProcessFunction<String, Change, Tuple2<String, String>> {
    private static final long SECOND = 1_000;

    private transient ValueState<Counts> state;

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("counts", Counts.class));
    }

    @Override
    public void processElement(Change change, Context context, Collector<Tuple2<String, String>> out)
            throws Exception {
        Counts known = state.value();
        Counts counts = known == null ? new Counts() : known;
        counts.add(change);
        state.update(counts);
        long now = context.timerService().currentProcessingTime();
        context.timerService().registerProcessingTimeTimer((now / SECOND + 1) * SECOND);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Tuple2<String, String>> out) throws Exception {
        out.collect(Tuple2.of(context.getCurrentKey(), state.value().json()));
    }
}
