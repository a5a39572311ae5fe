package stagecoach.packages.feeds.protocol;

import java.util.Optional;
import stagecoach.vocabulary.packages.Sha512;

/** Digests as NuGet documents write them: standard base64. */
final class Digests {
    private Digests() {}

    /** Empty where none is told, or none that could be one. */
    static Optional<Sha512> read(String base64) {
        if (base64.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Sha512.parseBase64(base64.strip()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
