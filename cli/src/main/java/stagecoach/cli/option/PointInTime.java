package stagecoach.cli.option;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a time as ISO 8601 has it: with an offset ({@code 2026-04-05T18:00Z}, {@code
 * 2026-04-05T20:00+02:00}), or without, which means the time zone of this computer.
 */
public final class PointInTime implements ITypeConverter<Instant> {
    private final ZoneId here;

    /** A reader for which times without an offset are times of {@code here}. */
    public PointInTime(ZoneId here) {
        this.here = here;
    }

    @Override
    public Instant convert(String written) {
        TemporalAccessor read;
        try {
            read =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(
                            written.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
        } catch (DateTimeException e) {
            throw new TypeConversionException(
                    "\"%s\" is no time. Write it as 2026-04-05T18:00Z, or as 2026-04-05T18:00 for the time here (%s)."
                            .formatted(written, here));
        }
        return read instanceof OffsetDateTime told
                ? told.toInstant()
                : LocalDateTime.from(read).atZone(here).toInstant();
    }
}
