package stagecoach.local.launcher.images;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stagecoach.migration.Schema;
import stagecoach.migration.ServiceSchema;

/**
 * What one image holds beside its base and Java.
 *
 * @param name without the registry, such as {@code step-runner}
 * @param start the file of {@code deploy/images} with the arguments of Java
 * @param files by where in the image it lies, what file or folder of the checkout it is
 * @param volumes the folders, directly under the root, that belong to the image's user
 */
public record Image(String name, String start, Map<String, Path> files, List<String> volumes) {
    private static final String APP = "opt/stagecoach/app/";

    public Image {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        volumes = List.copyOf(volumes);
    }

    /** All that the checkout in {@code root} has, in the order in which they are built. */
    public static List<Image> allIn(Path root) {
        return List.of(
                service(root, "orchestrator-service", "orchestrator-service/app", List.of()),
                service(root, "step-runner", "step-runner/app", List.of()),
                service(root, "package-service", "package-service/app", List.of("packages")),
                service(root, "agent-gateway", "agent-gateway/app", List.of("identity")),
                service(root, "cache", "package-service/cache", List.of("cache")),
                new Image(
                        "tentacle",
                        "tentacle.start",
                        Map.of(APP + "lib", root.resolve("tentacle/target/tentacle/lib")),
                        List.of("tentacle")),
                migration(root));
    }

    private static Image service(Path root, String name, String module, List<String> volumes) {
        Map<String, Path> files = new LinkedHashMap<>();
        Path built = root.resolve(module).resolve("target/quarkus-app");
        // One by one: what this computer's Java has learned lies beside them, and is of no use
        // there.
        for (String each : List.of("app", "lib", "quarkus", "quarkus-run.jar")) {
            files.put(APP + each, built.resolve(each));
        }
        return new Image(name, "service.start", files, volumes);
    }

    /** With the SQL of each schema, in the folders that the Job of {@code deploy/k8s} names. */
    private static Image migration(Path root) {
        Map<String, Path> files = new LinkedHashMap<>();
        files.put(APP + "lib", root.resolve("foundation/migration/target/migration/lib"));
        for (Schema schema : ServiceSchema.allIn(root)) {
            for (Path folder : schema.folders()) {
                files.put("migration/" + folder.getFileName(), folder);
            }
        }
        return new Image("migration", "migration.start", files, List.of());
    }
}
