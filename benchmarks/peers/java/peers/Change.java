package peers;

/** What an event adds to the counts of one experiment and variant. */
public record Change(String experiment, String variant, long units, long converters, long conversions) {}
