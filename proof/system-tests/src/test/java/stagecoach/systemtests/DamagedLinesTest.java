package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.Unreachable;
import stagecoach.systemtests.FaultyLine.Fault;
import stagecoach.systemtests.FaultyLine.From;
import stagecoach.systemtests.FaultyLine.Place;

/**
 * True tentacles and a true gateway, and between them a line that harms one message after the
 * other: each kind of message in each way. Judged by the lines that scripts left on their machines,
 * and by what was told of them. All of it takes minutes, so that each run tries some, drawn by a
 * number that it prints; {@code -Dharms.seed} draws the same again, {@code -Dharms.all=true} takes
 * all.
 */
@InOneWhole
class DamagedLinesTest {
    private static final int MACHINES = 4;
    private static final int HARMS_EACH_RUN = 3 * MACHINES;
    private static final int GATEWAYS_EACH_RUN = 2;
    private static final long SEED =
            Long.getLong("harms.seed", ThreadLocalRandom.current().nextInt(1_000_000));

    private static final Place HELLO = new Place(From.TENTACLE, "Hello");
    private static final Place WELCOME = new Place(From.GATEWAY, "Welcome");
    private static final Place CANCEL = new Place(From.GATEWAY, "Cancel");

    /** The messages of a script's whole way, in its order. */
    private static final List<Place> OF_A_SCRIPT =
            List.of(
                    new Place(From.GATEWAY, "Deliver"),
                    new Place(From.TENTACLE, "Started"),
                    new Place(From.TENTACLE, "Output"),
                    new Place(From.GATEWAY, "OutputTaken"),
                    new Place(From.TENTACLE, "Ended"),
                    new Place(From.GATEWAY, "Complete"));

    private static final Set<Fault> KILLS =
            EnumSet.of(
                    Fault.TENTACLE_KILLED,
                    Fault.TENTACLE_KILLED_BEHIND,
                    Fault.GATEWAY_KILLED,
                    Fault.GATEWAY_KILLED_BEHIND);

    /** A tentacle that hears nothing waits for twenty seconds: this is tried at one place only. */
    private static final List<Fault> QUICK =
            Stream.of(Fault.values())
                    .filter(fault -> fault != Fault.TENTACLE_LEFT && !KILLS.contains(fault))
                    .toList();

    private static final String VERSION = "1.0.0";

    private Whole whole;
    private Traced traced;
    private Path folder;
    private final List<FaultyLine> lines = new ArrayList<>();

    /** What is done to a message while a script runs. */
    private record Harm(Place place, Fault fault) {
        @Override
        public String toString() {
            return "%s of the %s".formatted(fault, place);
        }
    }

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        System.out.printf("-Dharms.seed=%d%n", SEED);
        whole = shared;
        this.folder = folder;
        traced = Traced.in(folder, whole);
        List<String> projects = new ArrayList<>();
        for (int number = 1; number <= MACHINES; number++) {
            String machine = machine(number);
            lines.add(whole.startTargetBehind(machine, machine));
            projects.add(Traced.project(machine, script(machine)));
        }
        traced.apply(projects.toArray(String[]::new));
        for (int number = 1; number <= MACHINES; number++) {
            whole.api()
                    .post("/projects/" + machine(number) + "/releases", Map.of("version", VERSION));
        }
    }

    /** It waits for its machine, whatever happens to the line: nobody is to be in time here. */
    private static String script(String machine) {
        String trace = "\"#{Traces}/../trace-#{Stagecoach.Deployment.Id}\"";
        return Traced.step(
                "script",
                "{ tags: [%s] }".formatted(machine),
                "unavailableTargets: WAIT, waitFor: PT10M,",
                "echo began >> " + trace,
                "for i in 1 2 3 4; do echo \"line $i\"; sleep 0.25; done",
                Traced.WAIT,
                "echo ended >> " + trace);
    }

    @AfterAll
    void end() {
        lines.forEach(FaultyLine::close);
    }

    private static String machine(int number) {
        return "damaged-" + number;
    }

    @Test
    void
            whatever_happens_to_a_message_its_script_runs_once_and_its_output_has_no_gap_and_no_repeat()
                    throws Exception {
        List<Harm> harms = new ArrayList<>();
        harms.add(new Harm(OF_A_SCRIPT.get(1), Fault.TENTACLE_LEFT));
        for (Fault fault : QUICK) {
            OF_A_SCRIPT.forEach(place -> harms.add(new Harm(place, fault)));
            harms.add(new Harm(HELLO, fault));
            harms.add(new Harm(WELCOME, fault));
        }
        assertThat(mistakes(some(harms, HARMS_EACH_RUN), this::runOne)).isEmpty();
    }

    @Test
    void whoever_is_killed_before_or_behind_a_message_its_script_runs_once_and_all_is_told()
            throws Exception {
        List<Harm> ofTentacles = new ArrayList<>();
        for (Place place : OF_A_SCRIPT) {
            ofTentacles.add(new Harm(place, Fault.TENTACLE_KILLED));
            ofTentacles.add(new Harm(place, Fault.TENTACLE_KILLED_BEHIND));
        }
        List<Harm> ofGateways =
                OF_A_SCRIPT.stream()
                        .map(
                                place ->
                                        new Harm(
                                                place,
                                                place.from() == From.GATEWAY
                                                        ? Fault.GATEWAY_KILLED
                                                        : Fault.GATEWAY_KILLED_BEHIND))
                        .toList();
        List<String> mistakes =
                new ArrayList<>(mistakes(some(ofTentacles, MACHINES), this::runOne));
        // One after the other: all machines have the same gateway.
        for (Harm harm : some(ofGateways, GATEWAYS_EACH_RUN)) {
            mistakes.addAll(runOne(machine(1), lines.getFirst(), harm));
        }
        assertThat(mistakes).isEmpty();
    }

    @Test
    void whatever_happens_to_a_cancel_its_script_ends_once() throws Exception {
        List<Harm> harms = QUICK.stream().map(fault -> new Harm(CANCEL, fault)).toList();
        assertThat(mistakes(harms, this::cancelOne)).isEmpty();
    }

    private static List<Harm> some(List<Harm> all, int most) {
        if (Boolean.getBoolean("harms.all")) {
            return all;
        }
        List<Harm> drawn = new ArrayList<>(all);
        Collections.shuffle(drawn, new Random(SEED));
        return drawn.subList(0, most);
    }

    /** What one machine does with one harm, told in sentences if it went wrong. */
    private interface Trial {
        List<String> of(String machine, FaultyLine line, Harm harm) throws Exception;
    }

    /** Each machine takes the next harm when it has done with the last. */
    private List<String> mistakes(List<Harm> harms, Trial trial) throws Exception {
        List<Callable<List<String>>> work =
                IntStream.range(0, MACHINES)
                        .<Callable<List<String>>>mapToObj(
                                at ->
                                        () -> {
                                            List<String> mistakes = new ArrayList<>();
                                            for (int i = at; i < harms.size(); i += MACHINES) {
                                                mistakes.addAll(
                                                        trial.of(
                                                                machine(at + 1),
                                                                lines.get(at),
                                                                harms.get(i)));
                                            }
                                            return mistakes;
                                        })
                        .toList();
        List<String> all = new ArrayList<>();
        try (ExecutorService machines = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<String>> each : machines.invokeAll(work)) {
                all.addAll(each.get());
            }
        }
        return all;
    }

    private List<String> runOne(String machine, FaultyLine line, Harm harm) throws Exception {
        boolean greets = harm.place().equals(HELLO) || harm.place().equals(WELCOME);
        if (!greets) {
            line.harm(harm.place(), harm.fault());
        }
        String id = whole.deploy(machine, VERSION);
        if (greets) {
            Whole.patiently().until(() -> Files.exists(trace(id)));
            line.harm(harm.place(), harm.fault());
            line.cut();
            Whole.patiently().until(line::hasHarmed);
        }
        traced.open(id);
        JsonNode ended = whole.ended(id);
        List<String> mistakes = new ArrayList<>();
        expect(
                mistakes,
                harm,
                "the script's end",
                "SUCCEEDED",
                ended.path("state").asText(),
                ended.path("failure").asText());
        expect(mistakes, harm, "its trace", List.of("began", "ended"), linesOf(trace(id)), "");
        expect(
                mistakes,
                harm,
                "its output",
                List.of("line 1", "line 2", "line 3", "line 4"),
                output(id),
                "");
        awaitHarm(line, harm);
        return mistakes;
    }

    private List<String> cancelOne(String machine, FaultyLine line, Harm harm) throws Exception {
        String id = whole.deploy(machine, VERSION);
        Whole.patiently().until(() -> Files.exists(trace(id)));
        line.harm(harm.place(), harm.fault());
        traced.cancel(id);
        JsonNode ended = whole.ended(id);
        List<String> mistakes = new ArrayList<>();
        expect(
                mistakes,
                harm,
                "the script's end",
                "CANCELLED",
                ended.path("state").asText(),
                ended.path("failure").asText());
        expect(mistakes, harm, "its trace", List.of("began"), linesOf(trace(id)), "");
        expect(mistakes, harm, "its step's state", List.of("CANCELLED"), states(id), "");
        awaitHarm(line, harm);
        return mistakes;
    }

    /** Of the script at each place, when it has ended there: that follows on a way of its own. */
    private List<String> states(String deployment) {
        return Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () ->
                                whole.api().list("/deployments/" + deployment + "/steps").stream()
                                        .map(row -> row.path("state").asText())
                                        .toList(),
                        states -> !states.contains("RUNNING") && !states.contains("PENDING"));
    }

    /** The last message comes after the end is known; without the harm nothing was tried. */
    private static void awaitHarm(FaultyLine line, Harm harm) {
        Whole.patiently().alias(harm + " happens").until(line::hasHarmed);
    }

    private static void expect(
            List<String> mistakes,
            Harm harm,
            String what,
            Object wanted,
            Object found,
            String why) {
        if (!wanted.equals(found)) {
            mistakes.add("%s: %s is %s instead of %s %s".formatted(harm, what, found, wanted, why));
        }
    }

    private List<String> output(String id) {
        return Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(
                        () -> whole.api().get("/deployments/" + id + "/logs"),
                        logs -> logs.path("caughtUp").asBoolean())
                .path("items")
                .valueStream()
                .filter(item -> item.path("stream").asText().equals("OUT"))
                .map((JsonNode item) -> item.path("text").asText())
                .toList();
    }

    private Path trace(String deployment) {
        return folder.resolve("trace-" + deployment);
    }

    private static List<String> linesOf(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
