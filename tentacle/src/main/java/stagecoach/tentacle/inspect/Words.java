package stagecoach.tentacle.inspect;

import java.util.Locale;

/** How numbers are told. */
final class Words {
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    /** A size with a unit that people take in: {@code 1.5 GiB}. */
    static String size(long bytes) {
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0
                ? "%d bytes".formatted(bytes)
                : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }
}
