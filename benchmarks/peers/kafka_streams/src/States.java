import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import peers.Counts;
import peers.Unit;

/** States as bytes, by hand: JSON would cost several times as much. */
final class States {
    private interface Writer<T> {
        void write(T value, DataOutputStream out) throws IOException;
    }

    private interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    private States() {}

    static Serde<Unit> units() {
        return serde(States::write, States::unit);
    }

    static Serde<Counts> counts() {
        return serde(States::write, States::counts);
    }

    private static void write(Unit unit, DataOutputStream out) throws IOException {
        out.writeShort(unit.entries.size());
        for (var it : unit.entries.entrySet()) {
            out.writeUTF(it.getKey());
            out.writeUTF(it.getValue().variant);
            out.writeLong(it.getValue().time);
            out.writeInt(it.getValue().conversions);
        }
        out.writeShort(unit.conversions.size());
        for (var it : unit.conversions.entrySet()) {
            out.writeUTF(it.getKey());
            out.writeLong(it.getValue());
        }
    }

    private static Unit unit(DataInputStream in) throws IOException {
        Unit unit = new Unit();
        for (int left = in.readShort(); left > 0; left--) {
            unit.entries.put(in.readUTF(), new Unit.Entry(in.readUTF(), in.readLong(), in.readInt()));
        }
        for (int left = in.readShort(); left > 0; left--) {
            unit.conversions.put(in.readUTF(), in.readLong());
        }
        return unit;
    }

    private static void write(Counts counts, DataOutputStream out) throws IOException {
        out.writeShort(counts.cells.size());
        for (var it : counts.cells.entrySet()) {
            out.writeUTF(it.getKey());
            for (long count : it.getValue()) {
                out.writeLong(count);
            }
        }
    }

    private static Counts counts(DataInputStream in) throws IOException {
        Counts counts = new Counts();
        for (int left = in.readShort(); left > 0; left--) {
            counts.cells.put(in.readUTF(), new long[] {in.readLong(), in.readLong(), in.readLong()});
        }
        return counts;
    }

    private static <T> Serde<T> serde(Writer<T> writer, Reader<T> reader) {
        return Serdes.serdeFrom((topic, value) -> bytes(writer, value), (topic, bytes) -> value(reader, bytes));
    }

    private static <T> byte[] bytes(Writer<T> writer, T value) {
        if (value == null) {
            return null;
        }
        var bytes = new ByteArrayOutputStream(64);
        try (var out = new DataOutputStream(bytes)) {
            writer.write(value, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static <T> T value(Reader<T> reader, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return reader.read(in);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
