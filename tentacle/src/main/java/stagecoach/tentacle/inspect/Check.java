package stagecoach.tentacle.inspect;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.home.Settings.Listening;
import stagecoach.tentacle.script.Interpreter;
import stagecoach.tentacle.script.Machine;
import stagecoach.tentacle.script.Spelling;

/**
 * Whether a tentacle could do its work on this machine: a line for each thing that it needs, with
 * what to do about what is missing. It begins no session.
 */
public final class Check {
    private Check() {}

    /** How a thing stands. */
    enum Verdict {
        /** As it should be. */
        OK,
        /** Some steps will be refused, or it may fail later. */
        WARN,
        /** The tentacle cannot work so. */
        FAIL
    }

    /** One thing. */
    record Finding(Verdict verdict, String what, String words) {
        @Override
        public String toString() {
            return "%-4s %-12s %s".formatted(verdict, what, words);
        }
    }

    /**
     * What was found.
     *
     * @param text a line for each thing
     * @param works whether nothing stands in the way
     */
    public record Report(String text, boolean works) {}

    /**
     * Looks at everything.
     *
     * @param path the tentacle's home
     * @throws IOException in words, if there is no enrolled tentacle
     */
    public static Report of(Path path) throws IOException, InterruptedException {
        HomeFolder folder = HomeFolder.at(path);
        Home home = folder.home();
        Settings settings =
                home.settings().orElseThrow(() -> new IOException(path + " is not enrolled."));
        List<Finding> findings = new ArrayList<>();
        findings.add(writable(home));
        findings.add(disk(home, settings));
        try (GatewayCall call = new GatewayCall(home, settings)) {
            call.gateway().ifPresent(findings::add);
            call.bytes().ifPresent(findings::add);
        }
        if (settings.listening().isPresent()) {
            findings.add(port(settings.listening().get(), folder.worker().isPresent()));
        }
        findings.add(processGroups());
        findings.addAll(interpreters());
        findings.add(locale());
        findings.add(
                new Finding(
                        Verdict.OK,
                        "process",
                        folder.worker().isPresent()
                                ? "a tentacle runs here, process " + folder.worker().getAsLong()
                                : "no tentacle runs here now"));
        var text = new StringBuilder();
        findings.forEach(finding -> text.append(finding).append('\n'));
        return new Report(
                text.toString(),
                findings.stream().noneMatch(finding -> finding.verdict() == Verdict.FAIL));
    }

    private static Finding writable(Home home) {
        boolean all =
                List.of(home.root(), home.work(), home.packages(), home.bin()).stream()
                        .filter(Files::exists)
                        .allMatch(Files::isWritable);
        return all
                ? new Finding(Verdict.OK, "home", home.root() + " can be written to")
                : new Finding(
                        Verdict.FAIL,
                        "home",
                        "%s cannot be written to by %s; give it to the tentacle's user: chown -R"
                                .formatted(home.root(), System.getProperty("user.name")));
    }

    private static Finding disk(Home home, Settings settings) throws IOException {
        long free = home.freeBytes();
        long kept = settings.keep().freeBytes();
        String words = "%s are free on %s".formatted(Words.size(free), home.root());
        return free > kept
                ? new Finding(Verdict.OK, "disk", words)
                : new Finding(
                        Verdict.FAIL,
                        "disk",
                        words
                                + ", and %s are to stay free: make room, or packages will be refused"
                                        .formatted(Words.size(kept)));
    }

    /** Where the gateway dials this machine. */
    private static Finding port(Listening where, boolean works) {
        if (works) {
            return new Finding(
                    Verdict.OK,
                    "port",
                    "the gateway dials this machine at %s; let its address through the firewall, and nobody else"
                            .formatted(where));
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(where.host(), where.port()));
            return new Finding(
                    Verdict.WARN, "port", "%s is free: no tentacle listens there".formatted(where));
        } catch (IOException e) {
            return new Finding(
                    Verdict.FAIL,
                    "port",
                    "%s cannot be listened at: %s; is another program there, or is it another machine's address?"
                            .formatted(where, e.getMessage()));
        }
    }

    /** Without it no script could be ended with all that it has started. */
    private static Finding processGroups() {
        Optional<Path> setsid = Machine.find("setsid");
        return setsid.isPresent()
                ? new Finding(Verdict.OK, "setsid", setsid.get().toString())
                : new Finding(
                        Verdict.FAIL, "setsid", "is not on the PATH; install it (util-linux)");
    }

    private static List<Finding> interpreters() {
        List<Finding> findings = new ArrayList<>();
        for (Interpreter interpreter : Interpreter.values()) {
            findings.add(
                    interpreter
                            .program()
                            .map(
                                    program ->
                                            new Finding(
                                                    Verdict.OK,
                                                    interpreter.capability(),
                                                    program.toString()))
                            .orElseGet(
                                    () ->
                                            new Finding(
                                                    Verdict.WARN,
                                                    interpreter.capability(),
                                                    "is not on the PATH; steps with such scripts are refused here")));
        }
        return findings;
    }

    private static Finding locale() {
        return Spelling.ofThisProcess()
                .shortcoming()
                .map(words -> new Finding(Verdict.WARN, "locale", words))
                .orElseGet(() -> new Finding(Verdict.OK, "locale", "knows all letters"));
    }
}
