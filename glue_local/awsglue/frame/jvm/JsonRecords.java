package awsglue.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.api.java.UDF1;

/**
 * The JSON records within a text, each as a text of its own: values that follow one another, arrays taken apart.
 *
 * <p>Steps lead to them from the top: ".name" into a field, ".*" into all fields, "[*]" into all elements, "[2]" into
 * one. A text that is no JSON is given back as it is, to be counted as an error later.
 */
public final class JsonRecords implements UDF1 {
  private final String[] steps;

  public JsonRecords(String[] steps) {
    this.steps = steps;
  }

  public Object call(Object text) throws Exception {
    if (text == null) {
      return null;
    }
    List found = new ArrayList();
    JsonParser parser = JsonTexts.parser((String) text);
    try {
      while (parser.nextToken() != null) {
        descend(parser, 0, found);
      }
    } catch (JsonProcessingException e) {
      return Collections.singletonList(text);
    }
    return found;
  }

  /** Leaves the parser at the end of the value that it stood at. */
  private void descend(JsonParser parser, int depth, List found) throws Exception {
    boolean array = parser.currentToken() == JsonToken.START_ARRAY;
    if (depth == steps.length) {
      if (array) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          found.add(JsonTexts.value(parser));
        }
      } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
        found.add(JsonTexts.value(parser));
      }
      return;
    }
    String step = steps[depth];
    if (array && step.startsWith("[")) {
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        if (step.equals("[*]") || step.equals("[" + i + "]")) {
          descend(parser, depth + 1, found);
        } else {
          parser.skipChildren();
        }
      }
    } else if (parser.currentToken() == JsonToken.START_OBJECT && step.startsWith(".")) {
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.getCurrentName();
        parser.nextToken();
        if (step.equals(".*") || step.substring(1).equals(name)) {
          descend(parser, depth + 1, found);
        } else {
          parser.skipChildren();
        }
      }
    } else {
      parser.skipChildren();
    }
  }
}
