package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import stagecoach.local.engines.EngineHome;

/** A checkout whose engines and launcher are real, and whose services are {@link FakeService}. */
final class FakeCheckout {
    private FakeCheckout() {}

    static Checkout in(Path root) throws IOException {
        Path engines = EngineHome.find().folder();
        link(root.resolve("local/embedded/target/embedded"), engines);
        classPathJar(root.resolve("local/launcher/target/app/launcher.jar"), "");
        for (String service :
                new String[] {
                    "orchestrator-service", "step-runner", "package-service", "agent-gateway"
                }) {
            classPathJar(
                    root.resolve(service).resolve("app/target/quarkus-app/quarkus-run.jar"),
                    FakeService.class.getName());
        }
        Files.createDirectories(root.resolve("tentacle/target/tentacle/lib"));
        Path sql = root.resolve("foundation/runtime/src/main/resources/db/runtime");
        Files.createDirectories(sql);
        Files.writeString(sql.resolve("V0001__kept.sql"), "CREATE TABLE kept(id int);");
        return new Checkout(root);
    }

    private static void link(Path link, Path target) throws IOException {
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, target);
    }

    /** A jar that stands for this test's whole class path. */
    private static void classPathJar(Path jar, String main) throws IOException {
        Files.createDirectories(jar.getParent());
        StringBuilder classPath = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            URI uri = Path.of(entry).toUri();
            classPath.append(uri).append(' ');
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath.toString());
        if (!main.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream written = new JarOutputStream(out, manifest)) {
            written.finish();
        }
    }
}
