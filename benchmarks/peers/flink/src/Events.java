import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema.InitializationContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import peers.Decoder;
import peers.Event;

/** Records to events; what is none is dropped. */
final class Events implements KafkaRecordDeserializationSchema<Event> {
    private transient Decoder decoder;

    @Override
    public void open(InitializationContext context) {
        decoder = new Decoder();
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Event> out) throws IOException {
        decoder.decode(record.topic(), record.value()).ifPresent(out::collect);
    }

    @Override
    public TypeInformation<Event> getProducedType() {
        return TypeInformation.of(Event.class);
    }
}
