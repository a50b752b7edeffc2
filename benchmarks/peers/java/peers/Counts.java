package peers;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Units, converters and conversions of one experiment by variant. */
public class Counts {
    public Map<String, long[]> cells = new TreeMap<>();

    public void add(Change change) {
        long[] cell = cells.computeIfAbsent(change.variant(), variant -> new long[3]);
        cell[0] += change.units();
        cell[1] += change.converters();
        cell[2] += change.conversions();
    }

    /** {"a":[units,converters,conversions],...} */
    public String json() {
        return cells.entrySet().stream()
                .map(it -> "\"%s\":[%d,%d,%d]".formatted(it.getKey(), it.getValue()[0], it.getValue()[1], it.getValue()[2]))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
