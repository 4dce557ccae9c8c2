package awsglue.frame;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.sql.api.java.UDF1;

/**
 * Marks values of fields that hold several types: where the type says choice, 5 becomes {"int": 5}.
 *
 * <p>So a reader that knows one type per field can read them.
 */
public final class JsonChoices implements UDF1 {
  private static final class Node implements Serializable {
    boolean choice;
    Map fields = new HashMap();
    Node element;
  }

  private final Node root;

  /** @param type the records' type, as gluetypes writes it. */
  public JsonChoices(String type) throws Exception {
    root = node(new ObjectMapper().readTree(type));
  }

  /** The choices below a type; null if there are none, and values can be copied as they are. */
  private static Node node(JsonNode type) {
    Node node = new Node();
    String kind = type.get("dataType").asText();
    if (kind.equals("choice")) {
      node.choice = true;
      for (Iterator it = type.get("choices").elements(); it.hasNext();) {
        Node below = node((JsonNode) it.next());
        if (below != null) {
          node.fields.putAll(below.fields);
          node.element = below.element == null ? node.element : below.element;
        }
      }
    } else if (kind.equals("array")) {
      node.element = node(type.get("elementType"));
    } else if (kind.equals("struct")) {
      for (Iterator it = type.get("fields").elements(); it.hasNext();) {
        JsonNode field = (JsonNode) it.next();
        Node below = node(field.get("container"));
        if (below != null) {
          node.fields.put(field.get("name").asText(), below);
        }
      }
    }
    return node.choice || node.element != null || !node.fields.isEmpty() ? node : null;
  }

  public Object call(Object text) throws Exception {
    if (text == null) {
      return null;
    }
    JsonParser parser = JsonTexts.parser((String) text);
    StringWriter out = new StringWriter();
    JsonGenerator generator = JsonTexts.generator(out);
    if (parser.nextToken() != null) {
      copy(root, parser, generator);
    }
    generator.close();
    return out.toString();
  }

  private static void copy(Node node, JsonParser parser, JsonGenerator out) throws Exception {
    JsonToken token = parser.currentToken();
    if (node == null || token == JsonToken.VALUE_NULL) {
      out.copyCurrentStructure(parser);
      return;
    }
    if (node.choice) {
      out.writeStartObject();
      out.writeFieldName(member(token, parser));
    }
    if (token == JsonToken.START_OBJECT) {
      out.writeStartObject();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.getCurrentName();
        out.writeFieldName(name);
        parser.nextToken();
        copy((Node) node.fields.get(name), parser, out);
      }
      out.writeEndObject();
    } else if (token == JsonToken.START_ARRAY) {
      out.writeStartArray();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        copy(node.element, parser, out);
      }
      out.writeEndArray();
    } else {
      out.copyCurrentStructure(parser);
    }
    if (node.choice) {
      out.writeEndObject();
    }
  }

  private static String member(JsonToken token, JsonParser parser) throws Exception {
    if (token == JsonToken.START_OBJECT) {
      return "struct";
    }
    if (token == JsonToken.START_ARRAY) {
      return "array";
    }
    if (token == JsonToken.VALUE_STRING) {
      return "string";
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return "boolean";
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      return "double";
    }
    JsonParser.NumberType kind = parser.getNumberType();
    if (kind == JsonParser.NumberType.INT) {
      return "int";
    }
    if (kind == JsonParser.NumberType.LONG) {
      return "long";
    }
    return parser.getBigIntegerValue().abs().toString().length() > 38 ? "double" : "decimal";
  }
}
