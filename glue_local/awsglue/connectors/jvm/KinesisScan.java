package awsglue.connectors;

import java.util.Map;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.apache.spark.sql.connector.read.streaming.SupportsAdmissionControl;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** One read of a stream: a batch of what is there now, or micro-batches whose offsets Spark checkpoints. */
public class KinesisScan implements Scan, Batch {
    private final CaseInsensitiveStringMap options;

    public KinesisScan(CaseInsensitiveStringMap options) {
        this.options = options;
    }

    public StructType readSchema() {
        return KinesisSource.schemaOfRecords();
    }

    public Batch toBatch() {
        return this;
    }

    public InputPartition[] planInputPartitions() {
        KinesisReader reader = new KinesisReader(options);
        try {
            KinesisOffset start = reader.initial();
            return reader.plan(start, reader.advance(start, true));
        } finally {
            reader.close();
        }
    }

    public PartitionReaderFactory createReaderFactory() {
        return new KinesisRows.Factory();
    }

    public MicroBatchStream toMicroBatchStream(String checkpointLocation) {
        return new Stream(options);
    }

    /** The offset of a stream: a position per shard. */
    public static class KinesisOffset extends Offset {
        public final Map positions;

        public KinesisOffset(Map positions) {
            this.positions = positions;
        }

        public String json() {
            return KinesisReader.toJson(positions);
        }
    }

    public static class Stream implements MicroBatchStream, SupportsAdmissionControl {
        private final KinesisReader reader;

        public Stream(CaseInsensitiveStringMap options) {
            this.reader = new KinesisReader(options);
        }

        public Offset initialOffset() {
            return reader.initial();
        }

        public Offset latestOffset() {
            throw new UnsupportedOperationException("Spark calls latestOffset(Offset, ReadLimit).");
        }

        public Offset latestOffset(Offset start, ReadLimit limit) {
            return reader.advance(deserializeOffset(start.json()), false);
        }

        public InputPartition[] planInputPartitions(Offset start, Offset end) {
            return reader.plan(deserializeOffset(start.json()), deserializeOffset(end.json()));
        }

        public PartitionReaderFactory createReaderFactory() {
            return new KinesisRows.Factory();
        }

        public KinesisOffset deserializeOffset(String json) {
            return new KinesisOffset(KinesisReader.fromJson(json));
        }

        public void commit(Offset end) {
            reader.forget();
        }

        public void stop() {
            reader.close();
        }
    }
}
