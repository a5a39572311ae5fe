package stagecoach.local.launcher.command;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.Status;

/** Shows a start as it goes: a line per process that got ready, and one that moves. */
final class StartPicture {
    private static final int NAME_WIDTH = 18;

    private final Screen screen;
    private final boolean visible;
    private final long begun = System.nanoTime();
    private final Set<String> ready = new HashSet<>();

    StartPicture(Screen screen, boolean visible) {
        this.screen = screen;
        this.visible = visible;
    }

    void show(Status status) {
        if (!visible) {
            return;
        }
        for (ProcessStatus each : status.processes()) {
            if (each.state() == ProcessState.READY && ready.add(each.name())) {
                screen.keep(" ✓ " + Text.padded(each.name(), NAME_WIDTH) + elapsed());
            }
        }
        List<String> waiting =
                status.processes().stream()
                        .filter(each -> each.state() != ProcessState.READY)
                        .map(StartPicture::waiting)
                        .toList();
        if (!waiting.isEmpty()) {
            screen.redraw(List.of(" ▶ " + String.join("  ", waiting) + "  " + elapsed()));
        }
    }

    private static String waiting(ProcessStatus process) {
        return process.reason()
                .map(reason -> process.name() + " (" + reason + ", again)")
                .orElse(process.name());
    }

    private String elapsed() {
        return Text.seconds(Duration.ofNanos(System.nanoTime() - begun));
    }

    void end() {
        if (visible) {
            screen.redraw(List.of());
        }
    }
}
