package stagecoach.tentacle.install.configuration;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * Values of JSON, also with the comments and trailing commas that some programs take. A value stays
 * of its kind where the variable's allows it; an object or array gives way to an object or array
 * only.
 */
final class JsonValues implements Format.Reading {
    private static final JsonFactory LENIENT =
            JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .streamReadConstraints(Kinds.JSON.streamReadConstraints())
                    .build();

    @Override
    public void read(TextFile file, Found found) throws UnreadableFile {
        char[] text = file.text().toCharArray();
        try (JsonParser parser = LENIENT.createParser(text, 0, text.length)) {
            NamePath path = new NamePath();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    path.key(parser.currentName());
                    continue;
                }
                if (token.isStructEnd()) {
                    path.close();
                    continue;
                }
                if (path.inList()) {
                    path.element();
                }
                if (!replaced(parser, token, path.name(), found) && token.isStructStart()) {
                    path.open(token == JsonToken.START_ARRAY);
                }
            }
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw UnreadableFile.at(
                    place == null ? 1 : Math.max(1, place.getLineNr()),
                    "it is no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be read", e);
        }
    }

    /** Also goes on behind an object or array that is replaced. */
    private static boolean replaced(JsonParser parser, JsonToken token, String name, Found found)
            throws IOException {
        Map<String, String> variables = found.variables();
        String value = variables.get(name);
        if (value == null || found.isTooMuch()) {
            return false;
        }
        Optional<String> written = written(token, value);
        if (written.isEmpty()) {
            found.leave(
                    name,
                    "it is an %s there, and the variable's value is none in JSON"
                            .formatted(token == JsonToken.START_ARRAY ? "array" : "object"));
            return false;
        }
        int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
        if (token.isStructStart()) {
            parser.skipChildren();
        } else {
            // Reads a text to its end, so that the place behind it is known.
            parser.getTextLength();
        }
        int end = Math.toIntExact(parser.currentLocation().getCharOffset());
        found.replace(new Replacement(name, start, end, written.get()));
        return true;
    }

    private static Optional<String> written(JsonToken token, String value) {
        if (token.isStructStart()) {
            return Kinds.collection(value);
        }
        if (token.isNumeric()) {
            return Kinds.number(value).or(() -> Optional.of(Kinds.quoted(value)));
        }
        if (token.isBoolean()) {
            return Kinds.truth(value).or(() -> Optional.of(Kinds.quoted(value)));
        }
        if (token == JsonToken.VALUE_NULL) {
            // Nothing says of what kind it is but the value itself.
            return Kinds.number(value)
                    .or(() -> Kinds.truth(value))
                    .or(() -> Kinds.collection(value))
                    .or(() -> Optional.of(Kinds.quoted(value)));
        }
        return Optional.of(Kinds.quoted(value));
    }
}
