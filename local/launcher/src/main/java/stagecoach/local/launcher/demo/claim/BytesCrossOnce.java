package stagecoach.local.launcher.demo.claim;

import java.util.Locale;

/** The nearest-cache package crosses the WAN once per region; protocol may add one per cent. */
public record BytesCrossOnce() implements Claim {
    private static final double MAX = 1.01;

    @Override
    public String promise() {
        return "WAN bytes / (regions × size)";
    }

    @Override
    public String source() {
        return "relay counters";
    }

    @Override
    public Verdict judge(Evidence evidence) {
        double ratio =
                (double) evidence.cacheBytesToRegions()
                        / ((double) evidence.regions() * evidence.packageBytes());
        // Less than once would mean that the bytes came another way, uncounted.
        return new Verdict(
                ratio >= 1.0 && ratio <= MAX,
                String.format(Locale.ROOT, "%.3f  (max %.2f)", ratio, MAX));
    }
}
