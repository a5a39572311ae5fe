package stagecoach.local.launcher.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.Text;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.Phase;
import stagecoach.local.launcher.supervisor.Status;
import stagecoach.local.launcher.supervisor.StatusJson;

/** Tells what of the local default runs; exits 0 if it runs, 1 if not. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "What of the local default runs, and where it answers.")
public final class StatusCommand implements Callable<Integer> {
    private final LocalRun run;
    private final LocalRun demo;

    @Spec @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Answer with JSON.")
    boolean json;

    /** Looks at {@code run}, and where that does not run, at the demo. */
    public StatusCommand(LocalRun run, LocalRun demo) {
        this.run = run;
        this.demo = demo;
    }

    @Override
    public Integer call() throws Exception {
        LocalRun.Look look = look();
        Status status = look.status().map(it -> truth(look, it)).orElse(NEVER);
        if (json) {
            Said.line(spec, StatusJson.write(status));
        } else if (look.supervised()) {
            table(status);
        } else {
            Said.line(spec, "nothing runs; ./stagecoach up starts it");
            if (look.orphans() > 0) {
                Said.line(
                        spec,
                        "%d processes of a killed supervisor still run; up takes their place, down ends them"
                                .formatted(look.orphans()));
            }
            status.problem().ifPresent(why -> Said.line(spec, "the last start failed: " + why));
        }
        return (look.supervised() ? ExitCode.SUCCEEDED : ExitCode.FAILED).code();
    }

    private LocalRun.Look look() throws IOException, InterruptedException {
        LocalRun.Look usual = run.look();
        if (usual.supervised()) {
            return usual;
        }
        LocalRun.Look demonstrated = demo.look();
        return demonstrated.supervised() ? demonstrated : usual;
    }

    private static final Status NEVER =
            new Status(Map.of(), Optional.empty(), Phase.STOPPED, Optional.empty(), List.of());

    /** What a dead supervisor wrote last is true only of processes that still run. */
    private static Status truth(LocalRun.Look look, Status written) {
        if (look.supervised()) {
            return written;
        }
        return new Status(
                written.facts(),
                Optional.empty(),
                written.problem().isPresent() ? Phase.FAILED : Phase.STOPPED,
                written.problem(),
                written.processes().stream().map(StatusCommand::truth).toList());
    }

    private static ProcessStatus truth(ProcessStatus written) {
        boolean runs = written.identity().flatMap(ProcessIdentity::running).isPresent();
        return runs
                ? written
                : new ProcessStatus(
                        written.name(),
                        Optional.empty(),
                        written.url(),
                        ProcessState.STOPPED,
                        written.logFile(),
                        written.restarts(),
                        written.reason());
    }

    private void table(Status status) throws InterruptedException, ExecutionException {
        Map<String, String> missing = ServiceHealth.ask(status.processes());
        List<List<String>> rows = new ArrayList<>();
        for (ProcessStatus each : status.processes()) {
            rows.add(
                    List.of(
                            each.name(),
                            each.state().name(),
                            each.identity().map(it -> Long.toString(it.pid())).orElse(""),
                            each.restarts() == 0 ? "" : Integer.toString(each.restarts()),
                            each.reason()
                                    .or(() -> Optional.ofNullable(missing.get(each.name())))
                                    .or(each::url)
                                    .orElse("")));
        }
        Said.line(
                spec,
                Text.table(List.of("NAME", "STATE", "PID", "RESTARTS", "WHERE OR WHY"), rows)
                        .stripTrailing());
        status.facts().forEach((name, value) -> Said.line(spec, Text.padded(name, 14) + value));
        if (status.phase() != Phase.RUNNING) {
            Said.line(spec, "phase         " + status.phase());
        }
    }
}
