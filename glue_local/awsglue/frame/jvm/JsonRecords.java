package awsglue.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.api.java.UDF1;

/**
 * The JSON records within a text, each as a text of its own: values that follow one another, arrays taken apart.
 *
 * <p>Steps lead to them from the top: ".name" into a field, ".*" into all fields, "[*]" into all elements, "[2]" into
 * one. What is no JSON is given back as it is, to be counted as an error later: from where the record began to the
 * end of the line where reading stopped. Reading goes on after that line, as Glue's does.
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
    String rest = (String) text;
    List found = new ArrayList();
    while (!rest.isEmpty()) {
      JsonParser parser = JsonTexts.parser(rest);
      int start = 0;
      try {
        while (parser.nextToken() != null) {
          start = (int) parser.getTokenLocation().getCharOffset();
          descend(parser, 0, found);
          start = (int) parser.getCurrentLocation().getCharOffset();
        }
        break;
      } catch (JsonProcessingException e) {
        int line = rest.indexOf('\n', (int) e.getLocation().getCharOffset());
        int end = line < 0 ? rest.length() : line;
        String bad = rest.substring(Math.min(start, end), end).trim();
        found.add(bad.isEmpty() ? "?" : bad);
        rest = rest.substring(Math.min(rest.length(), end + 1));
      }
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
