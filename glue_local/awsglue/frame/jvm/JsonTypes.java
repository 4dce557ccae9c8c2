package awsglue.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapPartitionsFunction;

/**
 * The types that the JSON texts of one partition hold, with every type that a field has in any record.
 *
 * <p>Gives one text: {"bad": texts that are no JSON record, "arrays": texts that hold an array of records,
 * "type": the records' type as gluetypes writes it}.
 */
public final class JsonTypes implements MapPartitionsFunction {
  private static final String[] ATOMS = {"boolean", "int", "long", "double", "string"};
  private static final int BOOLEAN = 1, INT = 2, LONG = 4, DOUBLE = 8, STRING = 16, DECIMAL = 32;

  private static final class Node {
    int atoms;
    int digits;
    Map fields;
    Node element;
  }

  private final List news = new ArrayList();

  public Iterator call(Iterator texts) throws Exception {
    Node root = new Node();
    long bad = 0;
    long arrays = 0;
    while (texts.hasNext()) {
      news.clear();
      JsonParser parser = JsonTexts.parser((String) texts.next());
      try {
        JsonToken token = parser.nextToken();
        if (token == null) {
          continue;
        }
        if (token == JsonToken.START_ARRAY) {
          arrays++;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            record(root, parser);
          }
        } else {
          record(root, parser);
        }
      } catch (JsonProcessingException e) {
        undo();
        bad++;
      }
    }
    StringBuilder out = new StringBuilder();
    if (root.fields == null) {
      root.fields = new LinkedHashMap();
    }
    out.append("{\"bad\":").append(bad).append(",\"arrays\":").append(arrays).append(",\"type\":");
    write(root, out);
    return Collections.singletonList(out.append('}').toString()).iterator();
  }

  private void record(Node root, JsonParser parser) throws Exception {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new com.fasterxml.jackson.core.JsonParseException(parser, "A record is an object.");
    }
    see(root, parser);
  }

  private void see(Node node, JsonParser parser) throws Exception {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      if (node.fields == null) {
        node.fields = new LinkedHashMap();
        news.add(new Object[] {node, "fields"});
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.getCurrentName();
        Node child = (Node) node.fields.get(name);
        if (child == null) {
          child = new Node();
          node.fields.put(name, child);
          news.add(new Object[] {node, "field", name});
        }
        parser.nextToken();
        see(child, parser);
      }
    } else if (token == JsonToken.START_ARRAY) {
      if (node.element == null) {
        node.element = new Node();
        news.add(new Object[] {node, "element"});
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        see(node.element, parser);
      }
    } else if (token != JsonToken.VALUE_NULL) {
      int atom = atom(node, token, parser);
      if ((node.atoms & atom) == 0) {
        node.atoms |= atom;
        news.add(new Object[] {node, Integer.valueOf(atom)});
      }
    }
  }

  private static int atom(Node node, JsonToken token, JsonParser parser) throws Exception {
    if (token == JsonToken.VALUE_STRING) {
      return STRING;
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return BOOLEAN;
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      return DOUBLE;
    }
    JsonParser.NumberType kind = parser.getNumberType();
    if (kind == JsonParser.NumberType.INT) {
      return INT;
    }
    if (kind == JsonParser.NumberType.LONG) {
      return LONG;
    }
    int digits = parser.getBigIntegerValue().abs().toString().length();
    if (digits > 38) {
      return DOUBLE;
    }
    node.digits = Math.max(node.digits, digits);
    return DECIMAL;
  }

  /** Forgets what a record that turned out to be bad has added. */
  private void undo() {
    for (int i = news.size() - 1; i >= 0; i--) {
      Object[] entry = (Object[]) news.get(i);
      Node node = (Node) entry[0];
      if (entry[1] instanceof Integer) {
        node.atoms &= ~((Integer) entry[1]).intValue();
      } else if ("field".equals(entry[1])) {
        node.fields.remove(entry[2]);
      } else if ("fields".equals(entry[1])) {
        node.fields = null;
      } else {
        node.element = null;
      }
    }
  }

  private static void write(Node node, StringBuilder out) {
    List kinds = new ArrayList();
    if (node.element != null) {
      StringBuilder text = new StringBuilder("{\"dataType\":\"array\",\"elementType\":");
      write(node.element, text);
      kinds.add(text.append('}').toString());
    }
    for (int i = 0; i < ATOMS.length; i++) {
      if ((node.atoms & (1 << i)) != 0) {
        kinds.add("{\"dataType\":\"" + ATOMS[i] + "\"}");
      }
    }
    if ((node.atoms & DECIMAL) != 0) {
      kinds.add("{\"dataType\":\"decimal\",\"precision\":" + node.digits + ",\"scale\":0}");
    }
    if (node.fields != null) {
      kinds.add(struct(node.fields));
    }
    if (kinds.isEmpty()) {
      out.append("{\"dataType\":\"null\"}");
    } else if (kinds.size() == 1) {
      out.append((String) kinds.get(0));
    } else {
      out.append("{\"dataType\":\"choice\",\"choices\":[");
      join(kinds, out);
      out.append("]}");
    }
  }

  private static String struct(Map fields) {
    List parts = new ArrayList();
    for (Iterator it = fields.entrySet().iterator(); it.hasNext();) {
      Map.Entry entry = (Map.Entry) it.next();
      StringBuilder text = new StringBuilder("{\"name\":").append(JsonTexts.quote((String) entry.getKey()));
      text.append(",\"container\":");
      write((Node) entry.getValue(), text);
      parts.add(text.append('}').toString());
    }
    StringBuilder out = new StringBuilder("{\"dataType\":\"struct\",\"fields\":[");
    join(parts, out);
    return out.append("]}").toString();
  }

  private static void join(List texts, StringBuilder out) {
    for (int i = 0; i < texts.size(); i++) {
      out.append(i == 0 ? "" : ",").append((String) texts.get(i));
    }
  }
}
