package awsglue.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import org.apache.spark.api.java.function.FilterFunction;

/** Which texts hold a JSON record, or an array of records; or, turned round, which do not. Empty texts are neither. */
public final class JsonGood implements FilterFunction {
  private final boolean wanted;

  public JsonGood(boolean wanted) {
    this.wanted = wanted;
  }

  public boolean call(Object text) throws Exception {
    JsonParser parser = JsonTexts.parser((String) text);
    try {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return false;
      }
      if (token == JsonToken.START_OBJECT) {
        parser.skipChildren();
        return (parser.currentToken() == JsonToken.END_OBJECT) == wanted;
      }
      if (token != JsonToken.START_ARRAY) {
        return !wanted;
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        parser.skipChildren();
      }
      return (parser.currentToken() == JsonToken.END_ARRAY) == wanted;
    } catch (JsonProcessingException e) {
      return !wanted;
    }
  }
}
