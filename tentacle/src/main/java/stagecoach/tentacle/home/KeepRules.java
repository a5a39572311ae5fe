package stagecoach.tentacle.home;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a machine keeps packages that it has got.
 *
 * @param freeBytes so much of the disk stays free for everything else; packages that nobody needs
 *     go for that, what was not used for the longest time first
 * @param days what nobody has used for so long goes in any case; empty means that it stays
 */
public record KeepRules(long freeBytes, Optional<Integer> days) {
    private static final int DAYS_MAX = 36_500;
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([KMG]?)");
    private static final Pattern DAYS = Pattern.compile("[0-9]{1,5}");

    /** A little room for everything else, and no age. */
    public static final KeepRules USUAL = new KeepRules(64L << 20, Optional.empty());

    /** Refuses what cannot be meant. */
    public KeepRules {
        if (freeBytes < 0) {
            throw new IllegalArgumentException("A disk has no less than 0 free bytes.");
        }
    }

    /**
     * The same, with what was typed.
     *
     * @throws IllegalArgumentException with a sentence
     */
    public KeepRules with(Optional<String> free, Optional<String> forDays) {
        return new KeepRules(
                free.map(KeepRules::bytes).orElse(freeBytes),
                forDays.map(KeepRules::days).or(() -> days));
    }

    private static long bytes(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new IllegalArgumentException(
                    "--keep-free: '%s' is no size. Write it as 512M or 10G.".formatted(text));
        }
        int shift =
                switch (size.group(2)) {
                    case "K" -> 10;
                    case "M" -> 20;
                    case "G" -> 30;
                    default -> 0;
                };
        return Long.parseLong(size.group(1)) << shift;
    }

    private static int days(String text) {
        int number = DAYS.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (number < 1 || number > DAYS_MAX) {
            throw new IllegalArgumentException(
                    "--keep-days: '%s' is no number of days from 1 to %d."
                            .formatted(text, DAYS_MAX));
        }
        return number;
    }
}
