package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import stagecoach.cli.client.Text;
import stagecoach.local.launcher.demo.claim.Claim;
import stagecoach.local.launcher.demo.claim.Evidence;
import stagecoach.wire.StagecoachJson;

/** The figures of a demo, as the final table and as {@code target/demo-report.json}. */
record DemoReport(List<Row> releases, List<Checked> checked, long controlBytes, boolean allHold) {
    /** A judged claim. */
    record Checked(String promise, boolean holds, String figure, String evidence) {}

    static DemoReport of(
            List<Row> releases, List<Claim> claims, Evidence evidence, long controlBytes) {
        var checked = new ArrayList<Checked>();
        for (Claim claim : claims) {
            Claim.Verdict verdict = claim.judge(evidence);
            checked.add(
                    new Checked(
                            claim.promise(), verdict.holds(), verdict.figure(), claim.source()));
        }
        return new DemoReport(
                List.copyOf(releases),
                List.copyOf(checked),
                controlBytes,
                checked.stream().allMatch(Checked::holds));
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                StagecoachJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(
                " release                   PRE     ACQ      DEPLOY   hq→eu     hq→us     push to all   saved");
        for (Row row : releases) {
            lines.add(
                    " "
                            + Text.padded(row.release() + " " + row.note(), 25)
                            + Text.padded(Text.seconds(row.preAcquisition()), 8)
                            + Text.padded(Text.seconds(row.acquisition()), 9)
                            + Text.padded(Text.seconds(row.deployment()), 9)
                            + Text.padded(
                                    Text.bytes(row.bytesToRegion().getOrDefault("eu", 0L)), 10)
                            + Text.padded(
                                    Text.bytes(row.bytesToRegion().getOrDefault("us", 0L)), 10)
                            + Text.padded(Text.bytes(row.pushToAllBytes()), 14)
                            + saved(row));
        }
        lines.add("");
        lines.add(
                " checked                                                                 evidence");
        for (Checked c : checked) {
            lines.add(
                    " %s %s%s%s"
                            .formatted(
                                    c.holds() ? "✓" : "✗",
                                    Text.padded(c.promise(), 32),
                                    Text.padded(c.figure(), 39),
                                    c.evidence()));
        }
        lines.add(
                " Control traffic, apart: %s. Report: target/demo-report.json"
                        .formatted(Text.bytes(controlBytes)));
        return lines;
    }

    private static String saved(Row row) {
        if (row.pushToAllBytes() == 0) {
            return "-";
        }
        double saved = 100.0 * (row.pushToAllBytes() - row.bytesMoved()) / row.pushToAllBytes();
        return saved > 99 && saved < 100 ? "> 99 %" : Math.round(saved) + " %";
    }
}
