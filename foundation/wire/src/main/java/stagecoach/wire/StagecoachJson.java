package stagecoach.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The one JSON form: typed ids are bare values, a sealed interface's records carry their name in
 * {@code type}, what is empty is left out, instants and durations are ISO-8601.
 */
public final class StagecoachJson {
    private static final ObjectMapper MAPPER = build(false);
    private static final ObjectMapper STRICT = build(true);

    private StagecoachJson() {}

    /** For what we wrote ourselves, perhaps in a newer version: unknown fields are passed over. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** For what a person wrote: unknown fields and doubled keys are refused. */
    public static ObjectMapper strict() {
        return STRICT;
    }

    /** {@code value} as UTF-8 JSON; the same value gives the same bytes. */
    public static byte[] bytes(Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    /** {@code value} as JSON text. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /**
     * Reads what {@link #bytes} wrote.
     *
     * @throws UncheckedIOException if it is not that
     */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException("is no " + type.getSimpleName(), e);
        }
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws UncheckedIOException if it is not that
     */
    public static <T> T read(String json, Class<T> type) {
        return read(json.getBytes(StandardCharsets.UTF_8), type);
    }

    /**
     * Reads what the other end of a connection said. It may be a newer version, and it may be
     * anybody: what must be there and is not is an error here, where it can be told as one, and not
     * later.
     *
     * @throws UncheckedIOException if it is no {@code type}, or not a whole one
     */
    public static <T> T readWhole(String json, Class<T> type) {
        T read = read(json, type);
        Wholeness.missing(read)
                .ifPresent(
                        place -> {
                            throw new UncheckedIOException(
                                    "is no %s: %s is missing"
                                            .formatted(type.getSimpleName(), place),
                                    new IOException("not whole"));
                        });
        return read;
    }

    private static ObjectMapper build(boolean strict) {
        return JsonMapper.builder()
                .addModules(new Jdk8Module(), new JavaTimeModule(), new BareValueModule())
                .annotationIntrospector(new SealedTypes())
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(
                                JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, strict)
                .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
    }
}
