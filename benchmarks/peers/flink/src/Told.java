import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import peers.Job;

/** Counts to records, keyed by experiment. */
final class Told implements KafkaRecordSerializationSchema<Tuple2<String, String>> {
    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            Tuple2<String, String> counts, KafkaSinkContext context, Long time) {
        return new ProducerRecord<>(Job.OUTPUT, counts.f0.getBytes(UTF_8), counts.f1.getBytes(UTF_8));
    }
}
