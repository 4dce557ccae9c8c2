package awsglue.connectors;

import com.amazonaws.services.kinesis.model.Record;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.unsafe.types.UTF8String;

/** Records of one shard, on their way to a task as they are: the driver has read them. */
public class KinesisRows implements InputPartition {
    private final String stream;
    private final byte[][] data;
    private final String[] keys;
    private final String[] sequence;
    private final long[] arrivedMicros;

    public KinesisRows(String stream, List records) {
        int count = records.size();
        this.stream = stream;
        this.data = new byte[count][];
        this.keys = new String[count];
        this.sequence = new String[count];
        this.arrivedMicros = new long[count];
        for (int i = 0; i < count; i++) {
            Record record = (Record) records.get(i);
            ByteBuffer buffer = (ByteBuffer) record.getData().duplicate();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            data[i] = bytes;
            keys[i] = record.getPartitionKey();
            sequence[i] = record.getSequenceNumber();
            arrivedMicros[i] = record.getApproximateArrivalTimestamp().getTime() * 1000L;
        }
    }

    public static class Factory implements PartitionReaderFactory {
        public PartitionReader createReader(InputPartition partition) {
            return new Reader((KinesisRows) partition);
        }
    }

    public static class Reader implements PartitionReader {
        private final KinesisRows rows;
        private int at = -1;

        public Reader(KinesisRows rows) {
            this.rows = rows;
        }

        public boolean next() {
            at++;
            return at < rows.data.length;
        }

        public Object get() {
            return new GenericInternalRow(new Object[] {
                rows.data[at],
                UTF8String.fromString(rows.stream),
                UTF8String.fromString(rows.keys[at]),
                UTF8String.fromString(rows.sequence[at]),
                Long.valueOf(rows.arrivedMicros[at])
            });
        }

        public void close() {
        }
    }
}
