package stagecoach.local.launcher.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.process.FolderLock;

class ImagesCommandTest {
    /** Notes how it is called, and lists the folder that it is to build in. */
    private static final String ENGINE =
            """
            #!/bin/sh
            here=$(dirname "$0")
            echo "$@" >>"$here/calls"
            for last; do :; done
            case $1 in
                ps) exit 0 ;;
                build) (cd "$last" && find . -type f ! -path './java/*' ! -perm 644; find . | sort) >>"$here/context"; ls "$last/java/bin/java" || exit 1 ;;
                image) echo 123456789 ;;
            esac
            """;

    @TempDir Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void a_checkout_with_a_built_cache() throws Exception {
        for (String each : new String[] {"app/a.jar", "lib/main/b.jar", "quarkus/c.jar"}) {
            write("package-service/cache/target/quarkus-app/" + each, "");
        }
        write("package-service/cache/target/quarkus-app/quarkus-run.jar", "");
        write("package-service/cache/target/quarkus-app/service.aot", "");
        write("deploy/images/service.start", "-jar");
        write("deploy/images/Dockerfile", "FROM scratch");
        Files.createDirectories(folder.resolve("bin"));
    }

    @Test
    void without_an_engine_it_says_where_to_read_how_to_get_one() {
        assertThat(run("cache")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("error: there is no docker and no podman on the path.")
                .contains("docs/how-to/build-images.md");
    }

    @Test
    void of_an_engine_that_does_not_answer_it_tells_its_words() throws Exception {
        engine("#!/bin/sh\necho 'Cannot connect to the daemon.'\nexit 1\n");
        assertThat(run("cache")).isEqualTo(1);
        assertThat(err.toString()).contains("docker says: Cannot connect to the daemon.");
    }

    @Test
    void it_names_the_images_when_asked_for_one_that_there_is_not() {
        assertThat(run("teapot")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no image teapot, only orchestrator-service,");
    }

    @Test
    void what_is_not_built_is_told_before_anything_else() throws Exception {
        engine(ENGINE);
        assertThat(run("step-runner")).isEqualTo(1);
        assertThat(folder.resolve("bin/calls")).doesNotExist();
    }

    @Test
    void an_image_is_built_of_java_the_program_and_its_volumes_readable_to_all() throws Exception {
        engine(ENGINE);
        assertThat(run("cache", "--base", "mine:1", "--tag", "2.0", "--prefix", "r.example/s"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).isEqualTo(" ✓ r.example/s/cache:2.0  123 MB\n");
        assertThat(Files.readString(folder.resolve("bin/calls")))
                .contains(
                        "build --tag r.example/s/cache:2.0",
                        "--build-arg BASE=mine:1 --build-arg NAME=cache");
        assertThat(
                        Files.readAllLines(folder.resolve("bin/context")).stream()
                                .filter(line -> !line.startsWith("./java")))
                .containsExactly(
                        ".",
                        "./files",
                        "./files/opt",
                        "./files/opt/stagecoach",
                        "./files/opt/stagecoach/app",
                        "./files/opt/stagecoach/app/app",
                        "./files/opt/stagecoach/app/app/a.jar",
                        "./files/opt/stagecoach/app/lib",
                        "./files/opt/stagecoach/app/lib/main",
                        "./files/opt/stagecoach/app/lib/main/b.jar",
                        "./files/opt/stagecoach/app/quarkus",
                        "./files/opt/stagecoach/app/quarkus-run.jar",
                        "./files/opt/stagecoach/app/quarkus/c.jar",
                        "./files/opt/stagecoach/start",
                        "./volumes",
                        "./volumes/cache");
        assertThat(folder.resolve(".stagecoach/images")).doesNotExist();
    }

    @Test
    void a_second_one_at_the_same_time_is_told_to_wait_and_harms_nothing() throws Exception {
        engine(ENGINE);
        Path mine = Files.createDirectories(folder.resolve(".stagecoach/images/java"));
        try (var _ = FolderLock.take(folder.resolve(".stagecoach/images.lock")).orElseThrow()) {
            assertThat(run("cache")).isEqualTo(1);
            assertThat(err.toString())
                    .contains("error: another ./stagecoach images is at work in this checkout.");
            assertThat(mine).exists();
        }
        // What an interrupted one has left goes.
        assertThat(run("cache")).as(err.toString()).isZero();
        assertThat(mine).doesNotExist();
    }

    private int run(String... arguments) {
        ImagesCommand command =
                new ImagesCommand(new Checkout(folder), folder.resolve("bin").toString());
        CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private void engine(String script) throws IOException {
        write("bin/docker", script);
        Files.setPosixFilePermissions(
                folder.resolve("bin/docker"), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** As a person with a narrow umask would. */
    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }
}
