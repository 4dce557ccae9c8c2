package awsglue.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import org.apache.spark.sql.api.java.UDF1;

/** Whether a text holds a JSON record, or an array of records. Of an empty text or none, null: it is neither good nor bad. */
public final class JsonGood implements UDF1 {
  public Object call(Object text) throws Exception {
    if (text == null) {
      return null;
    }
    JsonParser parser = JsonTexts.parser((String) text);
    try {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return null;
      }
      if (token == JsonToken.START_OBJECT) {
        parser.skipChildren();
        return Boolean.valueOf(parser.currentToken() == JsonToken.END_OBJECT);
      }
      if (token != JsonToken.START_ARRAY) {
        return Boolean.FALSE;
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        parser.skipChildren();
      }
      return Boolean.valueOf(parser.currentToken() == JsonToken.END_ARRAY);
    } catch (JsonProcessingException e) {
      return Boolean.FALSE;
    }
  }
}
