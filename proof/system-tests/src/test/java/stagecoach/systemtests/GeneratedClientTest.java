package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;

/**
 * {@code examples/generated-client}, a program over nothing but the client that a generator makes
 * of the API's document, pushes a package, releases it, deploys it and waits for the end.
 */
@InOneWhole
class GeneratedClientTest {
    @Test
    void a_client_made_of_the_document_pushes_releases_deploys_and_waits(
            Whole whole, @TempDir Path folder) throws Exception {
        Path page = Files.writeString(folder.resolve("index.html"), "hello");
        Path packed = Nupkg.pack(folder, "Generated.Web", "1.0.0", Map.of("index.html", page));
        Path built = Checkout.find().root().resolve("examples/generated-client/target");
        Path said = folder.resolve("said.txt");
        var program =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        built + "/*" + File.pathSeparator + built + "/lib/*",
                        "deploy.Deploy",
                        packed.toString(),
                        "generated",
                        "production",
                        "pair");
        program.environment().put("STAGECOACH_URL", whole.api().base().toString());
        program.environment().put("STAGECOACH_API_KEY", whole.adminKey());
        Process running = program.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        try {
            assertThat(running.waitFor(8, TimeUnit.MINUTES)).as(Files.readString(said)).isTrue();
        } finally {
            running.destroyForcibly();
        }
        assertThat(running.exitValue()).as(Files.readString(said)).isZero();
        for (String target : Whole.PAIR) {
            assertThat(
                            whole.homeOf(target)
                                    .resolve(
                                            "applications/production/Generated.Web/1.0.0/index.html"))
                    .hasContent("hello");
        }
    }
}
