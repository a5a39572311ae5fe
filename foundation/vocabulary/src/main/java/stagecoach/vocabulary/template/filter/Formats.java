package stagecoach.vocabulary.template.filter;

import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;

/**
 * Numbers and dates by the patterns of {@link DecimalFormat} and {@link DateTimeFormatter}. A
 * pattern may come from a sensitive variable, so no sentence repeats it.
 */
public final class Formats {
    /** Digits beyond any use; a short text such as 1e999999999 would fill the memory. */
    private static final int SCALE_MAX = 1_000;

    private Formats() {}

    /**
     * The value by a pattern.
     *
     * @throws FilterFailure if either does not fit the other
     */
    public static String format(String value, String pattern) {
        var number = number(value);
        if (number.isPresent()) {
            try {
                return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT))
                        .format(number.get());
            } catch (IllegalArgumentException e) {
                throw new FilterFailure(
                        "Argument 1 of Format is no pattern for a number, such as 0.00.");
            }
        }
        var date =
                date(value)
                        .orElseThrow(
                                () ->
                                        new FilterFailure(
                                                "Format was given a value that is neither a number nor a date such as 2026-11-24 or 2026-11-24T06:00:00Z."));
        try {
            return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(date);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new FilterFailure(
                    "Argument 1 of Format does not fit this date; a pattern is such as yyyy-MM-dd.");
        }
    }

    /** A pattern must be one of a number or one of a date. */
    public static void check(String pattern) {
        try {
            var _ = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
        } catch (IllegalArgumentException noDate) {
            try {
                var _ = new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT));
            } catch (IllegalArgumentException noNumber) {
                throw new FilterFailure(
                        "Argument 1 of Format is a pattern neither for a number (0.00) nor for a date (yyyy-MM-dd).");
            }
        }
    }

    private static Optional<BigDecimal> number(String value) {
        try {
            var number = new BigDecimal(value.strip());
            return Math.abs((long) number.scale()) + number.precision() > SCALE_MAX
                    ? Optional.empty()
                    : Optional.of(number);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<TemporalAccessor> date(String value) {
        String text = value.strip();
        try {
            return Optional.of(OffsetDateTime.parse(text));
        } catch (DateTimeParseException e) {
            // Perhaps without an offset, or a day only.
        }
        try {
            return Optional.of(LocalDateTime.parse(text));
        } catch (DateTimeParseException e) {
            // Perhaps a day only.
        }
        try {
            return Optional.of(LocalDate.parse(text).atStartOfDay());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
