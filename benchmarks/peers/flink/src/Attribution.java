import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import peers.Change;
import peers.Event;
import peers.Unit;

/** The state of one unit: events in, changes of counts out. */
final class Attribution extends KeyedProcessFunction<String, Event, Change> {
    private transient ValueState<Unit> state;

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("unit", Unit.class));
    }

    @Override
    public void processElement(Event event, Context context, Collector<Change> out) throws Exception {
        Unit known = state.value();
        Unit unit = known == null ? new Unit() : known;
        unit.take(event).forEach(out::collect);
        state.update(unit);
    }
}
