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

/** The reverse of {@link JsonChoices}: where the type says choice, {"int": 5} becomes 5. */
public final class JsonPlain implements UDF1 {
  private static final class Node implements Serializable {
    boolean choice;
    Map fields = new HashMap();
    Node element;
  }

  private final Node root;

  /** @param type the values' type, as gluetypes writes it. */
  public JsonPlain(String type) throws Exception {
    root = node(new ObjectMapper().readTree(type));
  }

  private static Node node(JsonNode type) {
    Node node = new Node();
    String kind = type.get("dataType").asText();
    if (kind.equals("choice")) {
      node.choice = true;
      for (Iterator it = type.get("choices").elements(); it.hasNext();) {
        JsonNode member = (JsonNode) it.next();
        node.fields.put(member.get("dataType").asText(), node(member));
      }
    } else if (kind.equals("array")) {
      node.element = node(type.get("elementType"));
    } else if (kind.equals("map")) {
      node.element = node(type.get("valueType"));
    } else if (kind.equals("struct")) {
      for (Iterator it = type.get("fields").elements(); it.hasNext();) {
        JsonNode field = (JsonNode) it.next();
        node.fields.put(field.get("name").asText(), node(field.get("container")));
      }
    }
    return node;
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
    } else if (node.choice) {
      member(node, parser, out);
    } else if (token == JsonToken.START_OBJECT) {
      out.writeStartObject();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.getCurrentName();
        out.writeFieldName(name);
        parser.nextToken();
        copy(node.element == null ? (Node) node.fields.get(name) : node.element, parser, out);
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
  }

  /** The one member of a choice that has a value; null if none has. */
  private static void member(Node node, JsonParser parser, JsonGenerator out) throws Exception {
    boolean written = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.getCurrentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL || written) {
        parser.skipChildren();
      } else {
        copy((Node) node.fields.get(name), parser, out);
        written = true;
      }
    }
    if (!written) {
      out.writeNull();
    }
  }
}
