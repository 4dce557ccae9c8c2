package awsglue.frame;

import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.spark.internal.io.FileNameSpec;
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol;

/**
 * Names files as Glue's own writer does: run-1700000000000-part-r-00000, and for Parquet
 * run-1700000000000-part-block-0-r-00000-snappy.parquet. Everything else about a commit is Spark's.
 */
public final class RunFileNames extends SQLHadoopMapReduceCommitProtocol {
  private final long run = System.currentTimeMillis();

  public RunFileNames(String jobId, String path, boolean dynamicPartitionOverwrite) {
    super(jobId, path, dynamicPartitionOverwrite);
  }

  public String getFilename(TaskAttemptContext context, FileNameSpec spec) {
    String number = String.format("%05d", new Object[] {context.getTaskAttemptID().getTaskID().getId()});
    String suffix = spec.suffix();
    int counter = Integer.parseInt(suffix.substring(2, 5));
    String more = counter == 0 ? "" : "-" + counter;
    String type = suffix.substring(5);
    if (type.endsWith(".parquet")) {
      String codec = type.length() == 8 ? "uncompressed" : type.substring(1, type.length() - 8);
      return "run-" + run + "-part-block-" + counter + "-r-" + number + "-" + codec + ".parquet";
    }
    int dot = type.indexOf('.', 1);
    return "run-" + run + "-part-r-" + number + more + (dot < 0 ? "" : type.substring(dot));
  }
}
