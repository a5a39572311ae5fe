package stagecoach.migration;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The schemas of the services and where in a checkout their SQL lies, beside its owner. */
public enum ServiceSchema {
    /** Deployments, releases, configuration, the read side. */
    ORCHESTRATOR("orchestrator", "orchestrator-service"),
    /** Step runs and their payloads. */
    STEPRUNNER("steprunner", "step-runner"),
    /** Packages, feeds, caches, acquisitions. */
    PACKAGES("packages", "package-service"),
    /** Agents, their mailboxes and sessions. */
    GATEWAY("gateway", "agent-gateway");

    private static final Path SHARED = Path.of("foundation/runtime/src/main/resources/db/runtime");

    private final String schema;
    private final Path folder;

    ServiceSchema(String schema, String service) {
        this.schema = schema;
        this.folder = Path.of(service, "app/src/main/resources/db", schema);
    }

    /** The name of the schema in the database. */
    public String schema() {
        return schema;
    }

    /**
     * This schema as the given checkout has it: the runtime's tables and, once there are any, the
     * service's own.
     */
    public Schema in(Path checkout) {
        List<Path> folders = new ArrayList<>();
        folders.add(checkout.resolve(SHARED));
        Path own = checkout.resolve(folder);
        if (Files.isDirectory(own)) {
            folders.add(own);
        }
        return new Schema(schema, folders);
    }

    /** All schemas as the given checkout has them. */
    public static List<Schema> allIn(Path checkout) {
        return Arrays.stream(values()).map(each -> each.in(checkout)).toList();
    }

    /**
     * The checkout that contains the working directory.
     *
     * @throws IllegalStateException when the working directory is in none
     */
    public static Path checkout() {
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve(SHARED))) {
                return at;
            }
        }
        throw new IllegalStateException(
                "%s is in no checkout: no folder above it holds %s".formatted(start, SHARED));
    }
}
