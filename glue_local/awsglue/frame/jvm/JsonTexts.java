package awsglue.frame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.StringWriter;

/** What the classes here share: JSON as Spark's own reader takes it (single quotes too), and how to write it. */
public final class JsonTexts {
  private static final JsonFactory FACTORY = new JsonFactory();

  static {
    FACTORY.enable(JsonParser.Feature.ALLOW_SINGLE_QUOTES);
  }

  public static JsonParser parser(String text) throws IOException {
    return FACTORY.createParser(text);
  }

  public static JsonGenerator generator(StringWriter out) throws IOException {
    return FACTORY.createGenerator(out);
  }

  public static String quote(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  /** The value that the parser stands at, as text; the parser stands at its end afterwards. */
  public static String value(JsonParser parser) throws IOException {
    StringWriter out = new StringWriter();
    JsonGenerator generator = generator(out);
    generator.copyCurrentStructure(parser);
    generator.close();
    return out.toString();
  }
}
