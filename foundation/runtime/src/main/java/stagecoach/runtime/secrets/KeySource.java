package stagecoach.runtime.secrets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * Where a key comes from: the environment, or a file that the environment names.
 *
 * @param name of the variable; that of the file ends with {@code _FILE}
 */
public record KeySource(String name, Optional<String> value, Optional<String> file) {
    /**
     * The key's bytes.
     *
     * @throws IllegalStateException if there is no key, or no base64
     */
    public byte[] bytes() {
        try {
            return Base64.getDecoder().decode(text().strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("%s is no base64.".formatted(name), e);
        }
    }

    /**
     * What stands there.
     *
     * @throws IllegalStateException if there is nothing
     */
    String text() {
        return value.or(() -> file.map(this::read))
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "There is no key: set %s (base64), or %s_FILE to the file that holds it."
                                                .formatted(name, name)));
    }

    /** Whether it may change while the program runs. */
    boolean mayChange() {
        return value.isEmpty();
    }

    private String read(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The file that %s_FILE names cannot be read: %s".formatted(name, path), e);
        }
    }

    /** Says where from, never what. */
    @Override
    public String toString() {
        return name;
    }
}
