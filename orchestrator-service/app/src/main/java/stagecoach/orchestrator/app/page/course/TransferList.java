package stagecoach.orchestrator.app.page.course;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.app.page.Shown;
import stagecoach.orchestrator.app.page.Tone;
import stagecoach.orchestrator.app.page.course.CourseView.Link;
import stagecoach.orchestrator.app.page.course.CourseView.Transfer;
import stagecoach.orchestrator.app.page.course.CourseView.Transfers;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews.AcquisitionsView;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews.CacheView;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews.ServedByView;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionViews.TargetView;

/** Lists packages on their way to caches and machines, those first that need a look. */
final class TransferList {
    private static final int ROWS_MAX = 100;

    private static final Comparator<Transfer> URGENT =
            Comparator.comparing(
                    (Transfer row) ->
                            switch (row.tone()) {
                                case BAD, ODD -> 0;
                                case LIVE -> 1;
                                case WAIT -> 2;
                                case OFF -> 3;
                                case GOOD -> 4;
                            });

    private TransferList() {}

    static Transfers of(AcquisitionsView told, Instant now) {
        List<Transfer> rows = new ArrayList<>();
        told.caches().forEach(cache -> rows.add(cache(cache, now)));
        told.targets().forEach(target -> rows.add(target(target, now)));
        rows.sort(URGENT);
        List<Transfer> shown = rows.stream().limit(ROWS_MAX).toList();
        return new Transfers(
                told.links().stream()
                        .map(
                                link ->
                                        new Link(
                                                place(link.from()),
                                                place(link.to()),
                                                Shown.bytes(link.bytes())))
                        .toList(),
                shown,
                rows.size() - shown.size());
    }

    private static String place(@Nullable String place) {
        return Objects.requireNonNullElse(place, "no region");
    }

    private static Transfer cache(CacheView row, Instant now) {
        return transfer(
                row.packageId() + " " + row.version(),
                "cache " + row.cache(),
                "",
                row.size(),
                row.bytes(),
                row.bytesResumed(),
                row.state(),
                row.startedAt(),
                row.endedAt(),
                row.reason(),
                now);
    }

    private static Transfer target(TargetView row, Instant now) {
        return transfer(
                row.packageId() + " " + row.version(),
                row.target() != null ? row.target() : "worker " + row.worker(),
                source(row.servedBy()),
                row.size(),
                row.bytes(),
                row.bytesResumed(),
                row.state(),
                row.startedAt(),
                row.endedAt(),
                row.reason(),
                now);
    }

    private static String source(@Nullable ServedByView by) {
        if (by == null) {
            return "";
        }
        return switch (by.kind()) {
            case HELD -> "held already";
            case CACHE -> "cache " + Objects.requireNonNullElse(by.cache(), "");
            case FEED -> "feed";
            case SERVER -> "server";
        };
    }

    private static Transfer transfer(
            String item,
            String to,
            String from,
            long size,
            long bytes,
            long resumed,
            StepState state,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String reason,
            Instant now) {
        boolean there = state == StepState.SUCCEEDED;
        long max = Math.max(1, size);
        return new Transfer(
                item,
                to,
                from,
                there ? max : Math.min(max, bytes + resumed),
                max,
                there
                        ? Shown.bytes(bytes)
                        : "%s of %s".formatted(Shown.bytes(bytes + resumed), Shown.bytes(size)),
                startedAt == null
                        ? ""
                        : Shown.speed(
                                bytes,
                                Duration.between(
                                        startedAt, Objects.requireNonNullElse(endedAt, now))),
                Tone.of(state),
                Shown.words(state.name()),
                Shown.span(startedAt, endedAt, now),
                Objects.requireNonNullElse(reason, ""));
    }
}
