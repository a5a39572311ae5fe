package stagecoach.runtime.aggregate;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parameters and results of native SQL, between our types and the driver's. */
final class SqlValues {
    private static final Pattern PARAMETER = Pattern.compile("'(?:[^']|'')*'|\\?(\\d+)");

    /** Statements are constants of the program, so this does not grow. */
    private static final Map<String, String> NUMBERED = new ConcurrentHashMap<>();

    private SqlValues() {}

    /** What a statement that only reads has none of: changes, locks, functions of the server. */
    private static final Pattern MORE_THAN_READS =
            Pattern.compile(
                    "(?i)\\b(insert|update|delete|merge|into|share|lock|set_config|nextval|pg_\\w+)\\b");

    /** Statements are constants of the program, so this does not grow. */
    private static final Map<String, Boolean> ONLY_READS = new ConcurrentHashMap<>();

    /** {@code ?1} becomes the driver's {@code $1}, except within quotes. */
    static String numbered(String sql) {
        return NUMBERED.computeIfAbsent(
                sql,
                text ->
                        PARAMETER
                                .matcher(text)
                                .replaceAll(
                                        m ->
                                                m.group(1) == null
                                                        ? Matcher.quoteReplacement(m.group())
                                                        : "\\$" + m.group(1)));
    }

    /** Whether a statement neither changes nor locks anything; false if in doubt. */
    static boolean onlyReads(String sql) {
        return ONLY_READS.computeIfAbsent(sql, text -> !MORE_THAN_READS.matcher(text).find());
    }

    static @Nullable Object[] bind(@Nullable Object[] values) {
        @Nullable Object[] bound = new @Nullable Object[values.length];
        for (int i = 0; i < values.length; i++) {
            bound[i] = bind(values[i]);
        }
        return bound;
    }

    private static @Nullable Object bind(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Instant instant -> instant.atOffset(ZoneOffset.UTC);
            case byte[] bytes -> Buffer.buffer(bytes);
            case Enum<?> constant -> constant.name();
            case Instant[] instants ->
                    Arrays.stream(instants)
                            .map(i -> i.atOffset(ZoneOffset.UTC))
                            .toArray(OffsetDateTime[]::new);
            case byte[][] arrays ->
                    Arrays.stream(arrays)
                            .map(bytes -> bytes == null ? null : Buffer.buffer(bytes))
                            .toArray(Buffer[]::new);
            default -> value;
        };
    }

    static @Nullable Object[] read(@Nullable Object[] row) {
        @Nullable Object[] values = new @Nullable Object[row.length];
        for (int i = 0; i < row.length; i++) {
            values[i] = read(row[i]);
        }
        return values;
    }

    private static @Nullable Object read(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case OffsetDateTime time -> time.toInstant();
            case Buffer buffer -> buffer.getBytes();
            case OffsetDateTime[] times ->
                    Arrays.stream(times).map(OffsetDateTime::toInstant).toArray(Instant[]::new);
            default -> value;
        };
    }
}
