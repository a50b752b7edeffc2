package peers;

import static com.fasterxml.jackson.databind.cfg.CoercionAction.Fail;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** JSON to events: every field that the job uses must be there and have its type. */
public final class Decoder {
    record Envelope<T>(
            @JsonProperty(required = true) String specversion,
            @JsonProperty(required = true) String id,
            @JsonProperty(required = true) String source,
            @JsonProperty(required = true) String type,
            @JsonProperty(required = true) String time,
            @JsonProperty(required = true) T data) {}

    record Exposed(
            @JsonProperty(value = "experiment_id", required = true) String experiment,
            @JsonProperty(required = true) String variant,
            @JsonProperty(value = "unit_id", required = true) String unit) {}

    record Converted(
            @JsonProperty(required = true) String event, @JsonProperty(value = "unit_id", required = true) String unit) {}

    private final ObjectReader exposures = reader(Exposed.class);
    private final ObjectReader conversions = reader(Converted.class);

    /** The event, or nothing where the value is not one. */
    public Optional<Event> decode(String topic, byte[] value) {
        try {
            return Optional.of(topic.equals(Job.EXPOSURES) ? exposure(value) : conversion(value));
        } catch (IOException | DateTimeException refused) {
            return Optional.empty();
        }
    }

    private Event exposure(byte[] value) throws IOException {
        Envelope<Exposed> it = exposures.readValue(value);
        return new Event(it.id, it.data.unit, millis(it.time), it.data.experiment, it.data.variant);
    }

    private Event conversion(byte[] value) throws IOException {
        Envelope<Converted> it = conversions.readValue(value);
        return new Event(it.id, it.data.unit, millis(it.time), null, null);
    }

    private static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    private static ObjectReader reader(Class<?> data) {
        JsonMapper mapper = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .withCoercionConfig(LogicalType.Textual, text -> text.setCoercion(CoercionInputShape.Integer, Fail)
                        .setCoercion(CoercionInputShape.Float, Fail)
                        .setCoercion(CoercionInputShape.Boolean, Fail))
                .build();
        return mapper.readerFor(mapper.getTypeFactory().constructParametricType(Envelope.class, data));
    }
}
