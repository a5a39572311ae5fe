package stagecoach.local.launcher.installation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import stagecoach.local.engines.FreePort;
import stagecoach.local.engines.PortClaims;
import stagecoach.local.engines.PortUser;
import stagecoach.local.launcher.supervisor.AtomicFile;

/**
 * The ports of the local default: found free at the first start, the same ever after, or fixed by
 * the person. To be opened when none of its processes runs.
 */
public final class FreePorts {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private final Map<String, Integer> fixed;
    private final PortClaims claims;
    private final Map<String, Integer> kept;

    /** What a name would have had in this life, had it been free. */
    private final Map<String, Integer> missed = new HashMap<>();

    /** Given out in this life: they may be in use by now, by those they were given to. */
    private final Set<String> given = new HashSet<>();

    /**
     * The ports remembered in a file.
     *
     * @param fixed ports that a person has chosen, by name
     * @param claims keeps others that start now from choosing the same
     */
    public FreePorts(Path file, Map<String, Integer> fixed, PortClaims claims) throws IOException {
        this.file = file;
        this.fixed = Map.copyOf(fixed);
        this.claims = claims;
        this.kept = new TreeMap<>(read(file));
    }

    private static Map<String, Integer> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            return MAPPER.readValue(
                    Files.readString(file), new TypeReference<Map<String, Integer>>() {});
        } catch (JsonProcessingException e) {
            // Forgetting ports costs nothing but new ones.
            return Map.of();
        }
    }

    /** The port that a name has by now, as a file remembers it, whoever runs. */
    static OptionalInt known(Path file, String name) throws IOException {
        @Nullable Integer port = read(file).get(name);
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /**
     * The port of this name: the fixed one, or the one of earlier starts if it is still free, or a
     * free one.
     *
     * @throws IllegalStateException with a sentence when the fixed one is taken
     */
    public synchronized int port(String name) throws IOException {
        return port(name, 0);
    }

    /** Like {@link #port(String)}, but tries this one first when there is no earlier one. */
    public synchronized int port(String name, int preferred) throws IOException {
        @Nullable Integer now = kept.get(name);
        if (now != null && given.contains(name)) {
            return now;
        }
        @Nullable Integer wanted = fixed.get(name);
        int chosen;
        if (wanted != null) {
            if (!FreePort.isFree(wanted) || !claims.claim(wanted)) {
                throw new IllegalStateException(
                        "port %d, fixed for %s, is taken on 127.0.0.1%s. Stop what uses it, or fix another one."
                                .formatted(wanted, name, by(wanted)));
            }
            chosen = wanted;
        } else if (now != null && isUsable(now)) {
            chosen = now;
        } else if (preferred > 0 && isUsable(preferred)) {
            chosen = preferred;
        } else {
            chosen = another();
        }
        int rather = now == null ? preferred : now;
        if (wanted == null && rather > 0 && chosen != rather) {
            missed.put(name, rather);
        }
        kept.put(name, chosen);
        given.add(name);
        AtomicFile.write(file, MAPPER.writeValueAsString(kept));
        return chosen;
    }

    /**
     * Why a name has not the port in this life that it had before, or that was preferred: a
     * sentence about who has it.
     */
    public synchronized Optional<String> whyAnother(String name) {
        return Optional.ofNullable(missed.get(name))
                .map(port -> "port %d is taken%s".formatted(port, by(port)));
    }

    private static String by(int port) {
        return PortUser.of(port).map(user -> " by " + user).orElse("");
    }

    private boolean isUsable(int port) throws IOException {
        return FreePort.isFree(port)
                && !fixed.containsValue(port)
                && given.stream().noneMatch(name -> kept.getOrDefault(name, 0) == port)
                && claims.claim(port);
    }

    private int another() throws IOException {
        int candidate = FreePort.find(1).getFirst();
        while (kept.containsValue(candidate) || !isUsable(candidate)) {
            candidate = FreePort.find(1).getFirst();
        }
        return candidate;
    }
}
