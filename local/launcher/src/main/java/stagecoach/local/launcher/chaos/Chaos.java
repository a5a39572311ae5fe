package stagecoach.local.launcher.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.Text;
import stagecoach.local.launcher.chaos.fault.FaultRunner;
import stagecoach.local.launcher.chaos.fault.Installation;
import stagecoach.local.launcher.chaos.verdict.Asked;
import stagecoach.local.launcher.chaos.verdict.Judge;
import stagecoach.local.launcher.chaos.verdict.Trace;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.supervisor.ControlClient;

/**
 * Deploys on and on while processes die, and says whether everything came right in the end. What is
 * right is judged by traces on the machines and by final states, never by what services tell of
 * themselves meanwhile.
 */
public final class Chaos {
    /** A machine may be slow; only when nothing at all has moved for so long it counts as stuck. */
    private static final Duration STUCK = Duration.ofMinutes(6);

    private static final Duration POLL = Duration.ofSeconds(1);

    private final ChaosPlan plan;
    private final LocalMachines stack;
    private final ControlClient control;
    private final Path folder;
    private final Story story;
    private final Town town;
    private final FaultRunner faults;

    /**
     * On a local default that runs, made for this.
     *
     * @param folder of the local default; traces and the story lie in it under {@code chaos}
     */
    public Chaos(
            ChaosPlan plan, LocalMachines stack, ControlClient control, Path folder, Story story) {
        this.plan = plan;
        this.stack = stack;
        this.control = control;
        this.folder = folder;
        this.story = story;
        this.town = new Town(stack, folder.resolve("chaos"), plan.deployments());
        this.faults = new FaultRunner(new Installation(control, folder), story::tell, plan.seed());
    }

    /**
     * What came of it.
     *
     * @param deployments how many were asked for
     * @param violations each a sentence; none if all is well
     */
    public record Verdict(int deployments, List<String> violations) {
        /** Copies the list. */
        public Verdict {
            violations = List.copyOf(violations);
        }
    }

    /** Builds the town, lets chaos loose, waits for the end of all deployments, and judges. */
    public Verdict run() throws Exception {
        town.build();
        story.tell("the town is built: 6 targets, 2 workers, a cache; seed " + plan.seed());
        var traffic = new Traffic(stack.api(), story, plan.seed());
        traffic.begin(town.slots(), plan.deployments());
        awaitFirstTrace();
        story.tell(plan.deployments() + " deployments are under way; chaos begins");
        faults.begin(plan.planned());
        TimeUnit.NANOSECONDS.sleep(plan.time().toNanos());
        faults.awaitPlanned();
        traffic.close();
        story.tell("no more faults; what is under way is waited for");
        faults.end();
        story.tell("all processes are back; %d deployments are open".formatted(traffic.open()));
        awaitEnd(traffic);
        traffic.giveUp();
        return verdict(traffic);
    }

    /** Ends what is being done to the processes, so that they can be ended. */
    public void breakOff() throws InterruptedException {
        faults.breakOff();
    }

    private void awaitFirstTrace() throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + STUCK.toNanos();
        while (Trace.read(town.traces()).lines().isEmpty()) {
            if (System.nanoTime() > giveUp) {
                throw new IOException("no deployment begins, and nothing has been done to it yet");
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private void awaitEnd(Traffic traffic) throws IOException, InterruptedException {
        long moved = System.nanoTime();
        String before = "";
        while (traffic.open() > 0 && System.nanoTime() - moved < STUCK.toNanos()) {
            String now = traffic.open() + " " + Trace.read(town.traces()).lines().size();
            if (!now.equals(before)) {
                moved = System.nanoTime();
                before = now;
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private Verdict verdict(Traffic traffic) throws Exception {
        List<Asked> asked = traffic.asked();
        var trace = Trace.read(town.traces());
        var violations = new ArrayList<>(Judge.judge(asked, trace));
        violations.addAll(unasked(asked));
        violations.addAll(traffic.improper());
        violations.addAll(faults.undone());
        if (asked.stream().allMatch(each -> each.state().isPresent())) {
            violations.addAll(leftovers());
        }
        story.say("");
        story.say(
                " %d deployments in %s: %s"
                        .formatted(
                                asked.size(),
                                Text.seconds(story.time()),
                                counted(
                                        asked.stream()
                                                .collect(
                                                        Collectors.groupingBy(
                                                                each -> each.state().orElse("OPEN"),
                                                                Collectors.counting())))));
        story.say(" %d scripts were started".formatted(trace.lines().size()));
        story.say(" kills: " + counted(faults.kills()));
        return new Verdict(asked.size(), violations);
    }

    private static String counted(Map<String, ? extends Number> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }

    /** A request that was asked again under the same key must not have made two. */
    private List<String> unasked(List<Asked> asked) {
        var known = asked.stream().map(Asked::deployment).collect(Collectors.toSet());
        return stack.api().list("/deployments").stream()
                .map(each -> each.path("id").asText())
                .filter(id -> !known.contains(id))
                .map(id -> "there is a deployment %s that nobody has asked for".formatted(id))
                .toList();
    }

    private List<String> leftovers() throws Exception {
        @Nullable String address = control.status().facts().get("postgres");
        return new Leftovers(Objects.requireNonNull(address, "the status tells it"), folder).find();
    }

    /** Where the story and the traces lie. */
    public static Path folder(Path home) throws IOException {
        return Files.createDirectories(home.resolve("chaos"));
    }
}
