package stagecoach.packages.server.pull;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The part of the built-in feed that a cache holds, and who may read it there: all that a cache
 * must know to answer NuGet clients without asking the central server.
 *
 * @param packages what it may tell of; anything else that it holds is not of this feed
 * @param readers whose keys it takes
 * @param open whether it gives packages to anybody
 * @param until the first instant at which this is worth nothing any more
 */
public record FeedExcerpt(
        List<Offer> packages, List<ReaderKey> readers, boolean open, Instant until) {

    /** More than this are never told: they have to find room in the memory of a small cache. */
    public static final int PACKAGES_MAX = 10_000;

    /** No document is longer. */
    public static final int BYTES_MAX = 8 << 20;

    private static final int FORMAT = 1;
    private static final String PACKAGES = "packages";
    private static final String READERS = "readers";
    private static final String NOT_THIS = "This is no part of a feed in format " + FORMAT + ".";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public FeedExcerpt {
        packages = List.copyOf(packages);
        readers = List.copyOf(readers);
    }

    /**
     * A package of the feed.
     *
     * @param published when the feed took it in
     * @param listed whether searches show it
     */
    public record Offer(PackagePin pin, Instant published, boolean listed) {}

    /**
     * A key that reads and does nothing else.
     *
     * @param sha256 of its text, hexadecimal; the key itself is told to nobody
     */
    public record ReaderKey(String sha256, Optional<Instant> expiresAt) {
        /** Whether the key is still worth something. */
        public boolean isGoodAt(Instant now) {
            return expiresAt.map(now::isBefore).orElse(true);
        }
    }

    /** As UTF-8 JSON; two that say the same in the same order have the same bytes. */
    public byte[] json() {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("format", FORMAT);
            json.writeStringField("until", until.toString());
            json.writeBooleanField("open", open);
            json.writeArrayFieldStart(READERS);
            for (ReaderKey reader : readers) {
                write(reader, json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart(PACKAGES);
            for (Offer offer : packages) {
                write(offer, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(ReaderKey reader, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("sha256", reader.sha256());
        if (reader.expiresAt().isPresent()) {
            json.writeStringField("expiresAt", reader.expiresAt().get().toString());
        }
        json.writeEndObject();
    }

    private static void write(Offer offer, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", offer.pin().id().value());
        json.writeStringField("version", offer.pin().version().value());
        json.writeStringField("sha512", offer.pin().sha512().value());
        json.writeNumberField("size", offer.pin().size());
        json.writeStringField("published", offer.published().toString());
        json.writeBooleanField("listed", offer.listed());
        json.writeEndObject();
    }

    /** The tag of a document that {@link #json} has made. */
    public static String tag(byte[] json) {
        return Sha512.hashOf(json).hex();
    }

    /**
     * Reads what {@link #json} has made.
     *
     * @throws IllegalArgumentException with a sentence if it is something else
     */
    public static FeedExcerpt parse(byte[] json) {
        var offers = new ArrayList<Offer>();
        var readers = new ArrayList<ReaderKey>();
        ObjectNode rest = JSON.createObjectNode();
        // Package by package: the whole tree would be many times as large as what it says.
        try (JsonParser parser = JSON.createParser(json)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT);
            for (String field = parser.nextFieldName();
                    field != null;
                    field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case PACKAGES -> each(parser, offer -> offers.add(offer(offer)));
                    case READERS -> each(parser, key -> readers.add(reader(key)));
                    default -> rest.set(field, parser.readValueAsTree());
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT);
            expect(rest.path("format").asInt() == FORMAT);
            return new FeedExcerpt(
                    offers,
                    readers,
                    rest.required("open").booleanValue(),
                    Instant.parse(text(rest, "until")));
        } catch (IOException | DateTimeException damaged) {
            throw new IllegalArgumentException(NOT_THIS, damaged);
        }
    }

    private static void each(JsonParser parser, Consumer<JsonNode> taken) throws IOException {
        expect(parser.currentToken() == JsonToken.START_ARRAY);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.START_OBJECT);
            taken.accept(parser.readValueAsTree());
        }
    }

    private static void expect(boolean right) {
        if (!right) {
            throw new IllegalArgumentException(NOT_THIS);
        }
    }

    private static Offer offer(JsonNode offer) {
        return new Offer(
                new PackagePin(
                        PackageId.parse(text(offer, "id")),
                        PackageVersion.parse(text(offer, "version")),
                        new Sha512(text(offer, "sha512")),
                        offer.required("size").longValue()),
                Instant.parse(text(offer, "published")),
                offer.required("listed").booleanValue());
    }

    private static ReaderKey reader(JsonNode key) {
        return new ReaderKey(
                text(key, "sha256"),
                Optional.ofNullable(key.get("expiresAt"))
                        .map(JsonNode::asText)
                        .map(Instant::parse));
    }

    private static String text(JsonNode document, String field) {
        return document.required(field).asText();
    }
}
