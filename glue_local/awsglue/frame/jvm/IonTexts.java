package awsglue.frame;

import com.amazon.ion.IonException;
import com.amazon.ion.IonReader;
import com.amazon.ion.IonType;
import com.amazon.ion.IonWriter;
import com.amazon.ion.system.IonReaderBuilder;
import com.amazon.ion.system.IonTextWriterBuilder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.api.java.UDF1;

/**
 * The values of an Ion document, text or binary, gzipped or not, each as a JSON text of its own.
 *
 * <p>They are down-converted as Ion's own cookbook has it: timestamps, symbols and clobs become strings, blobs base64,
 * decimals numbers, and annotations are left out. Where a document is broken, what is wrong follows the values before
 * it: a text that is no JSON, and so becomes an error record.
 */
public final class IonTexts implements UDF1 {
  public Object call(Object bytes) throws Exception {
    if (bytes == null) {
      return null;
    }
    List found = new ArrayList();
    try {
      IonReader reader = IonReaderBuilder.standard().build((byte[]) bytes);
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
    }
    return found;
  }
}
