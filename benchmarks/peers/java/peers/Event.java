package peers;

/** An event of either topic; what its kind lacks is null. */
public record Event(String id, String unit, long time, String experiment, String variant) {
    public boolean isExposure() {
        return experiment != null;
    }
}
