package awsglue.frame;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;

/**
 * A function of ours on a column. Java chooses among Spark's methods named udf: Py4J takes, in some JVMs, the one for
 * Scala functions.
 */
public final class OnColumn {
  private final UserDefinedFunction made;

  public OnColumn(UDF1 function, DataType returns) {
    made = functions.udf(function, returns);
  }

  public Column of(Column column) {
    return made.apply(new Column[] {column});
  }
}
