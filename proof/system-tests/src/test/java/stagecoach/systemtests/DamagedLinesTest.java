package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * and by what was told of them.
 */
@InOneWhole
class DamagedLinesTest {
    private static final int MACHINES = 4;

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

    private Whole whole;
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
        whole = shared;
        this.folder = folder;
        for (int number = 1; number <= MACHINES; number++) {
            lines.add(whole.startTargetBehind(machine(number), "damaged"));
        }
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
        assertThat(mistakes(harms, this::runOne)).isEmpty();
    }

    @Test
    void whoever_is_killed_before_or_behind_a_message_its_script_runs_once_and_all_is_told()
            throws Exception {
        List<Harm> harms = new ArrayList<>();
        for (Fault fault : KILLS) {
            OF_A_SCRIPT.forEach(place -> harms.add(new Harm(place, fault)));
        }
        assertThat(mistakes(harms, this::runOne)).isEmpty();
    }

    @Test
    void whatever_happens_to_a_cancel_its_script_ends_once() throws Exception {
        List<Harm> harms = QUICK.stream().map(fault -> new Harm(CANCEL, fault)).toList();
        assertThat(mistakes(harms, this::cancelOne)).isEmpty();
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
        String name = machine + "-" + harm.place().type() + "-" + harm.fault();
        Path go = folder.resolve("go-" + name);
        boolean greets = harm.place().equals(HELLO) || harm.place().equals(WELCOME);
        if (!greets) {
            Files.createFile(go);
            line.harm(harm.place(), harm.fault());
        }
        String id =
                script(
                        machine,
                        """
                        echo began >> '%s'
                        for i in 1 2 3 4; do echo "line $i"; sleep 0.25; done
                        while test ! -e '%s'; do sleep 0.1; done
                        echo ended >> '%s'
                        """
                                .formatted(trace(name), go, trace(name)));
        if (greets) {
            Whole.patiently().until(() -> Files.exists(trace(name)));
            line.harm(harm.place(), harm.fault());
            line.cut();
            Whole.patiently().until(line::hasHarmed);
            Files.createFile(go);
        }
        String state = endOf(id);
        List<String> mistakes = new ArrayList<>();
        expect(mistakes, harm, "the script's end", "SUCCEEDED", state);
        if (!state.equals("SUCCEEDED")) {
            mistakes.add(
                    "%s: %s".formatted(harm, whole.api().list("/deployments/" + id + "/steps")));
        }
        expect(mistakes, harm, "its trace", List.of("began", "ended"), linesOf(trace(name)));
        expect(
                mistakes,
                harm,
                "its output",
                List.of("line 1", "line 2", "line 3", "line 4"),
                output(id));
        awaitHarm(line, harm);
        return mistakes;
    }

    private List<String> cancelOne(String machine, FaultyLine line, Harm harm) throws Exception {
        String name = machine + "-Cancel-" + harm.fault();
        String id =
                script(
                        machine,
                        "echo began >> '%s'; while true; do sleep 0.1; done"
                                .formatted(trace(name)));
        Whole.patiently().until(() -> Files.exists(trace(name)));
        line.harm(harm.place(), harm.fault());
        whole.api().post("/deployments/" + id + "/cancel", Map.of());
        List<String> mistakes = new ArrayList<>();
        expect(mistakes, harm, "the script's end", "CANCELLED", endOf(id));
        expect(mistakes, harm, "its trace", List.of("began"), linesOf(trace(name)));
        expect(
                mistakes,
                harm,
                "its step's state",
                List.of("CANCELLED"),
                whole.api().list("/deployments/" + id + "/steps").stream()
                        .map(row -> row.path("state").asText())
                        .toList());
        awaitHarm(line, harm);
        return mistakes;
    }

    /** The last message comes after the end is known; without the harm nothing was tried. */
    private static void awaitHarm(FaultyLine line, Harm harm) {
        Whole.patiently().alias(harm + " happens").until(line::hasHarmed);
    }

    private static void expect(
            List<String> mistakes, Harm harm, String what, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            mistakes.add("%s: %s is %s instead of %s".formatted(harm, what, found, wanted));
        }
    }

    private String script(String machine, String body) {
        return whole.api()
                .post(
                        "/scripts",
                        Map.of(
                                "environment",
                                "production",
                                "targets",
                                List.of(machine),
                                "script",
                                Map.of("syntax", "BASH", "body", body)))
                .path("id")
                .asText();
    }

    private String endOf(String id) throws IOException {
        return whole.ended(id).path("state").asText();
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

    private Path trace(String name) {
        return folder.resolve("trace-" + name);
    }

    private static List<String> linesOf(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
