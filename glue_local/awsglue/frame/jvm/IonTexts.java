package awsglue.frame;

import com.amazon.ion.IonException;
import com.amazon.ion.IonReader;
import com.amazon.ion.IonType;
import com.amazon.ion.IonWriter;
import com.amazon.ion.system.IonReaderBuilder;
import com.amazon.ion.system.IonTextWriterBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;

/**
 * The values of an Ion document, text or binary, compressed as its name says, each as a JSON text of its own.
 *
 * <p>They are down-converted as Ion's own cookbook has it: timestamps, symbols and clobs become strings, blobs base64,
 * decimals numbers, and annotations are left out. Where a document is broken, what is wrong follows the values before
 * it: a text that is no JSON, and so becomes an error record.
 */
public final class IonTexts implements UDF1 {
  private static final CompressionCodecFactory CODECS =
      new CompressionCodecFactory(SparkHadoopUtil.get().newConfiguration(SparkEnv.get().conf()));

  /** Of a file: its path and its bytes. */
  public Object call(Object file) throws Exception {
    Row row = (Row) file;
    List found = new ArrayList();
    try {
      InputStream bytes = new ByteArrayInputStream((byte[]) row.get(1));
      CompressionCodec codec = CODECS.getCodec(new Path(row.getString(0)));
      IonReader reader = IonReaderBuilder.standard().build(codec == null ? bytes : codec.createInputStream(bytes));
      for (IonType type = reader.next(); type != null; type = reader.next()) {
        StringBuilder out = new StringBuilder();
        IonWriter writer = IonTextWriterBuilder.json().build(out);
        writer.writeValue(reader);
        writer.close();
        found.add(out.toString());
      }
      reader.close();
    } catch (IonException broken) {
      found.add(broken.toString());
    } catch (IOException broken) {
      found.add(broken.toString());
    }
    return found;
  }
}
