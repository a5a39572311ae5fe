package stagecoach.local.launcher.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Java with those modules alone that Stagecoach uses, linked from the JDK that runs this. */
final class LinkedJava {
    private static final List<String> MODULES =
            List.of(
                    "java.base",
                    "java.compiler",
                    "java.desktop",
                    "java.instrument",
                    "java.logging",
                    "java.management",
                    "java.naming",
                    "java.net.http",
                    "java.rmi",
                    "java.security.jgss",
                    "java.security.sasl",
                    "java.sql",
                    "java.transaction.xa",
                    "java.xml",
                    "jdk.crypto.ec",
                    "jdk.jfr",
                    "jdk.localedata",
                    "jdk.management",
                    "jdk.net",
                    "jdk.unsupported",
                    "jdk.zipfs");

    private LinkedJava() {}

    /** Links it into {@code folder}, which is made anew. */
    static Path into(Path folder) throws IOException, InterruptedException {
        Layout.delete(folder);
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        if (!Files.isExecutable(jlink)) {
            throw new IOException(
                    "there is no %s. Images need a whole JDK: set JAVA_HOME to one."
                            .formatted(jlink));
        }
        Process process =
                new ProcessBuilder(
                                jlink.toString(),
                                "--add-modules",
                                String.join(",", MODULES),
                                "--include-locales=en",
                                "--strip-java-debug-attributes",
                                "--no-header-files",
                                "--no-man-pages",
                                "--compress=zip-6",
                                "--output",
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("Java could not be linked:%n  %s".formatted(said));
        }
        return folder;
    }
}
