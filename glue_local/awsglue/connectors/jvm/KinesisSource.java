package awsglue.connectors;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A Kinesis data stream as a source of Spark, for batches and streams. Options: see KinesisReader. */
public class KinesisSource implements TableProvider {
    public static StructType schemaOfRecords() {
        return new StructType()
            .add("data", DataTypes.BinaryType)
            .add("streamName", DataTypes.StringType)
            .add("partitionKey", DataTypes.StringType)
            .add("sequenceNumber", DataTypes.StringType)
            .add("approximateArrivalTimestamp", DataTypes.TimestampType);
    }

    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return schemaOfRecords();
    }

    public Table getTable(StructType schema, Transform[] partitioning, Map properties) {
        return new KinesisTable(new CaseInsensitiveStringMap(properties));
    }

    public static class KinesisTable implements SupportsRead {
        private final CaseInsensitiveStringMap options;

        public KinesisTable(CaseInsensitiveStringMap options) {
            this.options = options;
        }

        public String name() {
            return "kinesis " + options.get("streamName");
        }

        public StructType schema() {
            return schemaOfRecords();
        }

        public Set capabilities() {
            return EnumSet.of(TableCapability.MICRO_BATCH_READ, TableCapability.BATCH_READ);
        }

        public ScanBuilder newScanBuilder(CaseInsensitiveStringMap given) {
            final CaseInsensitiveStringMap chosen = options;
            return new ScanBuilder() {
                public Scan build() {
                    return new KinesisScan(chosen);
                }
            };
        }
    }
}
