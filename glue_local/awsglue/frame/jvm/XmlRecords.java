package awsglue.frame;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.spark.sql.api.java.UDF1;

/**
 * The rows within a piece of XML, each as JSON text: elements and attributes are fields, repeated elements arrays.
 *
 * <p>The piece may begin before a row and lack the last row's end tag. A row that is not well formed is given as the
 * text it is, which is no JSON, and so counted as an error later.
 */
public final class XmlRecords implements UDF1 {
  private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]{0,18})");
  private static final Pattern FRACTION = Pattern.compile("-?(?:0|[1-9][0-9]*)?\\.[0-9]+(?:[eE][+-]?[0-9]+)?");

  private final String row;
  private final String prefix;
  private final String valueTag;
  private final boolean noAttributes;
  private final boolean emptyIsNull;
  private final boolean trim;

  public XmlRecords(
      String row, String prefix, String valueTag, Boolean noAttributes, Boolean emptyIsNull, Boolean trim) {
    this.row = row;
    this.prefix = prefix;
    this.valueTag = valueTag;
    this.noAttributes = noAttributes.booleanValue();
    this.emptyIsNull = emptyIsNull.booleanValue();
    this.trim = trim.booleanValue();
  }

  public Object call(Object piece) throws Exception {
    if (piece == null) {
      return null;
    }
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, Boolean.FALSE);
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, Boolean.FALSE);
    factory.setProperty(XMLInputFactory.IS_COALESCING, Boolean.TRUE);
    List found = new ArrayList();
    for (Iterator it = rows((String) piece).iterator(); it.hasNext();) {
      String text = (String) it.next();
      try {
        XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text));
        reader.nextTag();
        StringWriter out = new StringWriter();
        JsonGenerator generator = JsonTexts.generator(out);
        Object value = element(reader);
        write(value instanceof Map ? value : single(value), generator);
        generator.close();
        found.add(out.toString());
      } catch (XMLStreamException e) {
        found.add(text);
      }
    }
    return found;
  }

  private Map single(Object value) {
    Map fields = new LinkedHashMap();
    if (value != null) {
      fields.put(valueTag, value);
    }
    return fields;
  }

  /** The texts of the row elements that begin in a piece; only the last may lack its end. */
  private List rows(String piece) {
    List found = new ArrayList();
    Matcher start = Pattern.compile("<" + Pattern.quote(row) + "(?=[\\s/>])[^>]*>").matcher(piece);
    String end = "</" + row + ">";
    int at = 0;
    while (start.find(at)) {
      if (start.group().endsWith("/>")) {
        found.add(start.group());
        at = start.end();
        continue;
      }
      int close = piece.indexOf(end, start.end());
      found.add(close < 0 ? piece.substring(start.start()) + end : piece.substring(start.start(), close + end.length()));
      at = close < 0 ? piece.length() : close + end.length();
    }
    return found;
  }

  /** The value of the element that the reader stands at: a Map of fields, a text, or null. */
  private Object element(XMLStreamReader reader) throws XMLStreamException {
    Map fields = new LinkedHashMap();
    for (int i = 0; !noAttributes && i < reader.getAttributeCount(); i++) {
      fields.put(prefix + reader.getAttributeLocalName(i), reader.getAttributeValue(i));
    }
    StringBuilder text = new StringBuilder();
    for (int event = reader.next(); event != XMLStreamConstants.END_ELEMENT; event = reader.next()) {
      if (event == XMLStreamConstants.START_ELEMENT) {
        String name = reader.getLocalName();
        add(fields, name, element(reader));
      } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
        text.append(reader.getText());
      }
    }
    String value = trim || !fields.isEmpty() ? text.toString().trim() : text.toString();
    if (fields.isEmpty()) {
      return value.isEmpty() && emptyIsNull ? null : value;
    }
    if (!value.isEmpty()) {
      fields.put(valueTag, value);
    }
    return fields;
  }

  private static void add(Map fields, String name, Object value) {
    Object known = fields.get(name);
    if (known instanceof List) {
      ((List) known).add(value);
    } else if (fields.containsKey(name)) {
      List both = new ArrayList();
      both.add(known);
      both.add(value);
      fields.put(name, both);
    } else {
      fields.put(name, value);
    }
  }

  private void write(Object value, JsonGenerator out) throws Exception {
    if (value instanceof Map) {
      out.writeStartObject();
      for (Iterator it = ((Map) value).entrySet().iterator(); it.hasNext();) {
        Map.Entry entry = (Map.Entry) it.next();
        out.writeFieldName((String) entry.getKey());
        write(entry.getValue(), out);
      }
      out.writeEndObject();
    } else if (value instanceof List) {
      out.writeStartArray();
      for (Iterator it = ((List) value).iterator(); it.hasNext();) {
        write(it.next(), out);
      }
      out.writeEndArray();
    } else if (value == null) {
      out.writeNull();
    } else {
      atom((String) value, out);
    }
  }

  private static void atom(String text, JsonGenerator out) throws Exception {
    if (WHOLE.matcher(text).matches()) {
      try {
        out.writeNumber(Long.parseLong(text));
      } catch (NumberFormatException e) {
        out.writeString(text);
      }
    } else if (FRACTION.matcher(text).matches()) {
      out.writeNumber(Double.parseDouble(text));
    } else if (text.equals("true") || text.equals("false")) {
      out.writeBoolean(text.equals("true"));
    } else {
      out.writeString(text);
    }
  }
}
