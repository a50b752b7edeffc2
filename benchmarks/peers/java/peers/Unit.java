package peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known of one unit: where it entered first, and what it did, in whichever order both were read. */
public class Unit {
    /** The first exposure in an experiment, and the conversions counted for it. */
    public static class Entry {
        public String variant;
        public long time;
        public int conversions;

        public Entry() {}

        public Entry(String variant, long time, int conversions) {
            this.variant = variant;
            this.time = time;
            this.conversions = conversions;
        }

        boolean covers(long instant) {
            return time <= instant && instant < time + Job.WINDOW;
        }
    }

    public Map<String, Entry> entries = new HashMap<>(2);
    public Map<String, Long> conversions = new HashMap<>(2);

    /** Take an event in; what it adds to the counts, if anything. */
    public List<Change> take(Event event) {
        return event.isExposure() ? enter(event) : convert(event);
    }

    private List<Change> enter(Event event) {
        if (entries.containsKey(event.experiment())) {
            return List.of();
        }
        Entry entry = new Entry(event.variant(), event.time(), 0);
        entry.conversions = (int) conversions.values().stream().filter(entry::covers).count();
        entries.put(event.experiment(), entry);
        int converted = Math.min(entry.conversions, 1);
        return List.of(new Change(event.experiment(), entry.variant, 1, converted, entry.conversions));
    }

    private List<Change> convert(Event event) {
        if (conversions.putIfAbsent(event.id(), event.time()) != null) {
            return List.of();
        }
        List<Change> changes = new ArrayList<>(1);
        entries.forEach((experiment, entry) -> {
            if (entry.covers(event.time())) {
                changes.add(new Change(experiment, entry.variant, 0, entry.conversions++ == 0 ? 1 : 0, 1));
            }
        });
        return changes;
    }
}
