package stagecoach.runtime.aggregate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;

/**
 * A clock that is wrong by what a file says, such as {@code PT3M}, and jumps when the file changes:
 * for trials of what a jump does. Without the file it is right.
 */
final class WrongClock extends Clock {
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Clock right;
    private final Path file;

    /** What the file said when it was last looked at. */
    private record Look(Duration offset, long at) {}

    private volatile Look last;

    WrongClock(Clock right, Path file) {
        this.right = right;
        this.file = file;
        this.last = look();
    }

    @Override
    public Instant instant() {
        Look known = last;
        if (System.nanoTime() - known.at() > LOOK_EVERY_NANOS) {
            known = look();
            last = known;
        }
        return right.instant().plus(known.offset());
    }

    private Look look() {
        return new Look(offset(), System.nanoTime());
    }

    private Duration offset() {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? Duration.ZERO : Duration.parse(text);
        } catch (NoSuchFileException e) {
            return Duration.ZERO;
        } catch (IOException | DateTimeException e) {
            throw new IllegalStateException(file + " tells no offset such as PT3M", e);
        }
    }

    @Override
    public ZoneId getZone() {
        return right.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new WrongClock(right.withZone(zone), file);
    }
}
