package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/**
 * The lines of README's "Use it from", as a person types them in the checkout, one after another. A
 * line that says {@code # until Ctrl-C} is let go on until it has written something.
 */
@InOneWhole
class ReadmeTest {
    private static final String PART = "## Use it from";
    private static final String ENDLESS = "# until Ctrl-C";

    private final List<Process> running = new ArrayList<>();
    private Path root;
    private Path here;
    private Map<String, String> environment;

    @BeforeAll
    void start(Whole whole, @TempDir Path folder) throws Exception {
        root = Checkout.find().root();
        here = folder;
        // As in the checkout, but for what lines write, and the door, which would build anew.
        for (String part : List.of("examples", "deploy", "docs")) {
            Files.createSymbolicLink(here.resolve(part), root.resolve(part));
        }
        Files.writeString(here.resolve("stagecoach"), DOOR);
        assertThat(here.resolve("stagecoach").toFile().setExecutable(true)).isTrue();
        Path page = Files.writeString(here.resolve("index.html"), "hello");
        Nupkg.pack(here, "Shop.Web", "1.0.0", Map.of("index.html", page));
        Path jdk = Path.of(System.getProperty("java.home"), "bin");
        environment =
                Map.of(
                        "STAGECOACH_URL", whole.api().base().toString(),
                        "STAGECOACH_API_KEY", whole.adminKey(),
                        "CHECKOUT", root.toString(),
                        // The page asks for a JDK 25; the java on the path may be an older one.
                        "PATH", jdk + File.pathSeparator + System.getenv("PATH"));
        whole.start(
                List.of(
                        new LocalMachines.Machine(
                                "readme-1",
                                Optional.empty(),
                                List.of("staging"),
                                List.of("web"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())));
    }

    @AfterEach
    void end() {
        running.forEach(Process::destroyForcibly);
    }

    @Test
    void each_line_of_use_it_from_does_what_it_shows() throws Exception {
        Set<String> programs = new TreeSet<>();
        for (String line : lines()) {
            String program = line.substring(0, line.indexOf(' '));
            if (!isHere(program)) {
                System.out.printf("skipped: there is no %s here for the line %s%n", program, line);
                continue;
            }
            programs.add(program);
            if (line.endsWith(ENDLESS)) {
                goesOn(line);
            } else {
                ends(line);
            }
        }
        assertThat(programs).contains("./stagecoach", "java");
    }

    private void ends(String line) throws Exception {
        Path said = Files.createTempFile(here, "said-", ".txt");
        Process process = begin(line, said);
        assertThat(process.waitFor(8, TimeUnit.MINUTES)).as("%s ends", line).isTrue();
        assertThat(process.exitValue())
                .as("exit code of %s, which says %s", line, Files.readString(said))
                .isZero();
    }

    private void goesOn(String line) throws Exception {
        Path said = Files.createTempFile(here, "said-", ".txt");
        Process process = begin(line, said);
        Whole.patiently()
                .untilAsserted(
                        () ->
                                assertThat(said.toFile().length() + written())
                                        .as("%s writes", line)
                                        .isPositive());
        assertThat(process.isAlive())
                .as("%s goes on, and says %s", line, Files.readString(said))
                .isTrue();
        // As Ctrl-C does; what the shell has started goes with it.
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s ends", line).isTrue();
    }

    /** Bytes that the audit has kept. */
    private long written() {
        return here.resolve("audit/deployments.csv").toFile().length();
    }

    private Process begin(String line, Path said) throws IOException {
        var shell = new ProcessBuilder("sh", "-euc", line).directory(here.toFile());
        shell.environment().putAll(environment);
        Process process = shell.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        running.add(process);
        return process;
    }

    private boolean isHere(String program) {
        return program.startsWith("./")
                || Arrays.stream(environment.get("PATH").split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** What stands in blocks of {@code sh} of the part, without empty lines. */
    private List<String> lines() throws IOException {
        String readme = Files.readString(root.resolve("README.md"));
        int from = readme.indexOf(PART);
        String part = readme.substring(from, readme.indexOf("\n## ", from));
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : part.lines().toList()) {
            if (line.startsWith("```")) {
                inside = line.equals("```sh");
            } else if (inside && !line.isBlank()) {
                lines.add(line);
            }
        }
        assertThat(lines).isNotEmpty();
        return lines;
    }

    private static final String DOOR =
            """
            #!/bin/sh
            exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Dstagecoach.checkout=$CHECKOUT" \\
                -cp "$CHECKOUT/local/launcher/target/app/*" stagecoach.local.launcher.StagecoachMain "$@"
            """;
}
