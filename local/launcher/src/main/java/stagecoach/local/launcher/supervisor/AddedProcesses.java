package stagecoach.local.launcher.supervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which processes were added to the fixed ones, so that they are there again after a restart. */
final class AddedProcesses {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private final List<Added> all;

    /** One of them; its name in the table is {@code kind-name}. */
    record Added(String kind, String name, Map<String, String> options) {
        Added {
            options = Map.copyOf(options);
        }

        String processName() {
            return kind + "-" + name;
        }
    }

    /**
     * @throws IOException when the file is there and no list of processes
     */
    AddedProcesses(Path file) throws IOException {
        this.file = file;
        this.all = new ArrayList<>(read(file));
    }

    private static List<Added> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return MAPPER.readValue(Files.readString(file), new TypeReference<List<Added>>() {});
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s is damaged. Remove it, and start the tentacles and caches again."
                            .formatted(file),
                    e);
        }
    }

    List<Added> all() {
        return List.copyOf(all);
    }

    void put(Added added) throws IOException {
        all.removeIf(each -> each.processName().equals(added.processName()));
        all.add(added);
        write();
    }

    void remove(String processName) throws IOException {
        all.removeIf(each -> each.processName().equals(processName));
        write();
    }

    private void write() throws IOException {
        AtomicFile.write(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(all));
    }
}
