package stagecoach.local.launcher.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How tentacles of this computer are started; the tentacle here only tells what it was given. */
class TentacleProgramTest {
    private static final String TELLS =
            """
            package stagecoach.tentacle;

            public class TentacleMain {
                public static void main(String[] arguments) throws Exception {
                    System.out.println("arguments " + String.join(" ", arguments));
                    System.out.println("command " + ProcessHandle.current().info().commandLine().orElse(""));
                    System.out.println("input " + new String(System.in.readAllBytes()));
                    System.exit(3);
                }
            }
            """;

    @TempDir Path root;

    @BeforeEach
    void build() throws Exception {
        Path source = root.resolve("TentacleMain.java");
        Files.writeString(source, TELLS);
        int made =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", root.toString(), source.toString());
        assertThat(made).isZero();
        Path lib = Files.createDirectories(root.resolve("lib"));
        try (OutputStream out = Files.newOutputStream(lib.resolve("tentacle.jar"));
                JarOutputStream jar = new JarOutputStream(out)) {
            String name = "stagecoach/tentacle/TentacleMain.class";
            jar.putNextEntry(new JarEntry(name));
            jar.write(Files.readAllBytes(root.resolve(name)));
            jar.closeEntry();
        }
    }

    @Test
    void the_token_of_an_enrolment_stands_in_no_argument_that_others_can_see() throws Exception {
        String told =
                new TentacleProgram(root)
                        .enrol(root.resolve("home"), "secret.token", "https://g", "https://b")
                        .orElseThrow();
        assertThat(told.lines())
                .contains(
                        "arguments enrol --home %s --token - --gateway https://g --bytes https://b"
                                .formatted(root.resolve("home")),
                        "input secret.token");
        assertThat(told.lines().filter(line -> line.startsWith("command ")))
                .singleElement()
                .asString()
                .doesNotContain("secret.token");
    }

    @Test
    void one_that_is_to_listen_lets_in_the_gateway_alone_and_why_it_cannot_is_told()
            throws Exception {
        Path gateway = Files.createDirectories(root.resolve("gateway"));
        Files.writeString(gateway.resolve("thumbprint"), "ab12\n");
        assertThatThrownBy(
                        () ->
                                new TentacleProgram(root)
                                        .listen(
                                                root.resolve("home"),
                                                "target:web-9",
                                                "127.0.0.1:10933",
                                                gateway,
                                                "https://b"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("target:web-9 cannot listen: ")
                .hasMessageContaining(
                        "arguments listen --home %s --agent target:web-9 --port 127.0.0.1:10933 --trust ab12 --bytes https://b"
                                .formatted(root.resolve("home")));
    }
}
