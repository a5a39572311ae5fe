package stagecoach.local.launcher.bench;

import java.util.List;
import java.util.Locale;

/**
 * What a list of measurements comes to.
 *
 * @param p50 half of them took at most so long
 * @param p99 of a hundred one took longer
 */
public record Percentiles(int count, double p50, double p99) {
    /** Of these. */
    public static Percentiles of(List<Double> measured) {
        List<Double> sorted = measured.stream().sorted().toList();
        return new Percentiles(sorted.size(), at(sorted, 0.50), at(sorted, 0.99));
    }

    private static double at(List<Double> sorted, double share) {
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, index));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "p50 %.1f ms, p99 %.1f ms (%d)", p50, p99, count);
    }
}
