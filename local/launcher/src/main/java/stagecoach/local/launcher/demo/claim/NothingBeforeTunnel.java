package stagecoach.local.launcher.demo.claim;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import stagecoach.cli.client.Text;

/** No byte of a package leaves hq before the PRE_ACQUISITION step has opened the tunnel. */
public record NothingBeforeTunnel() implements Claim {
    @Override
    public String promise() {
        return "no package byte before tunnel";
    }

    @Override
    public String source() {
        return "relay log";
    }

    @Override
    public Verdict judge(Evidence evidence) {
        Optional<Instant> opened = evidence.tunnelOpenedAt();
        Optional<Instant> first = evidence.firstPackageByteAt();
        if (opened.isEmpty() || first.isEmpty()) {
            return new Verdict(
                    false, opened.isEmpty() ? "the tunnel was never opened" : "no byte ever came");
        }
        Duration after = Duration.between(opened.get(), first.get());
        return after.isNegative()
                ? new Verdict(false, "first byte " + Text.seconds(after.negated()) + " before")
                : new Verdict(true, "first byte " + Text.seconds(after) + " after");
    }
}
