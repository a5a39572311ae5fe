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
 * @param versions so many of each package stay, those used last; empty means all. With {@code days}
 *     only those go that are old, too
 */
public record KeepRules(long freeBytes, Optional<Integer> days, Optional<Integer> versions) {
    private static final int DAYS_MAX = 36_500;
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([KMG]?)");
    private static final int VERSIONS_MAX = 10_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");

    /** A little room for everything else, and neither age nor number. */
    public static final KeepRules USUAL = new KeepRules(64L << 20, Optional.empty());

    /** Without a word about versions. */
    public KeepRules(long freeBytes, Optional<Integer> days) {
        this(freeBytes, days, Optional.empty());
    }

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
    public KeepRules with(
            Optional<String> free, Optional<String> forDays, Optional<String> ofVersions) {
        return new KeepRules(
                free.map(KeepRules::bytes).orElse(freeBytes),
                forDays.map(text -> number("--keep-days", text, "days", DAYS_MAX)).or(() -> days),
                ofVersions
                        .map(text -> number("--keep-versions", text, "versions", VERSIONS_MAX))
                        .or(() -> versions));
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

    private static int number(String option, String text, String of, int max) {
        int number = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (number < 1 || number > max) {
            throw new IllegalArgumentException(
                    "%s: '%s' is no number of %s from 1 to %d.".formatted(option, text, of, max));
        }
        return number;
    }
}
