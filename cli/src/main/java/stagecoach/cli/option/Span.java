package stagecoach.cli.option;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a span of time as people write it ({@code 90s}, {@code 1h30m}) or as ISO 8601 has it. */
public final class Span implements ITypeConverter<Duration> {
    private static final Pattern SHORT =
            Pattern.compile("(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?", Pattern.CASE_INSENSITIVE);

    @Override
    public Duration convert(String written) {
        try {
            return Duration.parse(
                    !written.isEmpty() && SHORT.matcher(written).matches()
                            ? iso(written.toUpperCase(Locale.ROOT))
                            : written);
        } catch (DateTimeException e) {
            throw new TypeConversionException(
                    "\"%s\" is no span of time. Write it as 90s, 10m, 1h30m or PT10M."
                            .formatted(written));
        }
    }

    private static String iso(String written) {
        int days = written.indexOf('D') + 1;
        return "P"
                + written.substring(0, days)
                + (days < written.length() ? "T" + written.substring(days) : "");
    }
}
