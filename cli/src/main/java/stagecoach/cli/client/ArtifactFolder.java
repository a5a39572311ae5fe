package stagecoach.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import stagecoach.vocabulary.identity.ArtifactName;

/**
 * A folder here that collected files are saved in: {@code <step>/<machine>/<name>}. A script has
 * chosen the name, so it is taken as no more than a name; nothing that is there is replaced.
 */
public final class ArtifactFolder {
    private static final int SAME_NAMES_MAX = 10_000;

    private final Path folder;

    /** Saves in {@code folder}, which need not be there yet. */
    public ArtifactFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Where a file of the server's list is saved.
     *
     * @param path the list's path
     * @throws IOException if this disk fails, or other bytes came than the list tells
     */
    public Path save(ApiClient api, String path, JsonNode artifact) throws IOException {
        Path place =
                Files.createDirectories(
                        folder.resolve(ArtifactName.of(artifact.path("step").asText()))
                                .resolve(ArtifactName.of(machine(artifact))));
        String sha256 = artifact.path("sha256").asText();
        Path half = Files.createTempFile(place, ".stagecoach", ".part");
        try {
            MessageDigest came = digest();
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(half), came)) {
                api.download(path + "/" + ApiClient.encoded(artifact.path("id").asText()), out);
            }
            if (!HexFormat.of().formatHex(came.digest()).equals(sha256)) {
                throw new IOException(
                        "%s came damaged: its SHA-256 is not %s. Try again."
                                .formatted(artifact.path("name").asText(), sha256));
            }
            return moved(half, place, ArtifactName.of(artifact.path("name").asText()), sha256);
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private static String machine(JsonNode artifact) {
        String target = artifact.path("target").asText("");
        return target.isEmpty() ? artifact.path("worker").asText("") : target;
    }

    /** Two files may have one name. */
    private static Path moved(Path half, Path place, String name, String sha256)
            throws IOException {
        for (int n = 1; n <= SAME_NAMES_MAX; n++) {
            Path file = place.resolve(n == 1 ? name : numbered(name, n));
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && sha256.equals(digestOf(file))) {
                return file;
            }
            if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
                return Files.move(half, file);
            }
        }
        throw new IOException("%s has too many files called %s.".formatted(place, name));
    }

    private static String numbered(String name, int n) {
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? name + "-" + n : name.substring(0, dot) + "-" + n + name.substring(dot);
    }

    private static String digestOf(Path file) throws IOException {
        MessageDigest digest = digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
