package stagecoach.packages.app.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.request.Nearest;

/** The {@code credentials} in the body of a {@code PUT} of a cache. */
final class CredentialsRequest {
    private static final int SECRET_CHARS_MAX = 4000;
    private static final int USERNAME_CHARS_MAX = 200;
    private static final Set<String> FIELDS = Set.of("apiKey", "username", "password");

    private final JsonNode given;
    private final BiConsumer<String, String> wrong;

    /**
     * @param wrong told a field's pointer and what is wrong with it
     */
    CredentialsRequest(JsonNode given, BiConsumer<String, String> wrong) {
        this.given = given;
        this.wrong = wrong;
    }

    /**
     * Secrets are never told, so who writes back what he has read keeps those that are there.
     *
     * @param held those that were given for the same server
     */
    CacheCredentials read(CacheCredentials held) {
        if (!given.isObject()) {
            wrong.accept("credentials", "Write an object with apiKey, username and password.");
            return CacheCredentials.NONE;
        }
        for (var field : given.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                wrong.accept(
                        "credentials/" + field.getKey(),
                        "Credentials have no field \"%s\".%s"
                                .formatted(
                                        field.getKey(), Nearest.question(field.getKey(), FIELDS)));
            }
        }
        Optional<String> username = text("username", USERNAME_CHARS_MAX);
        if (username.filter(name -> name.indexOf(':') >= 0).isPresent()) {
            wrong.accept("credentials/username", "A user name has no colon.");
        }
        boolean sameUser = username.equals(held.username());
        Optional<String> password =
                text("password", SECRET_CHARS_MAX)
                        .or(() -> sameUser ? held.password() : Optional.empty());
        if (username.isPresent() && password.isEmpty()) {
            wrong.accept(
                    "credentials/password",
                    "password is missing: there is none for this user at this server yet. Give it.");
        } else if (username.isEmpty() && password.isPresent()) {
            wrong.accept("credentials/username", "username is missing. Give it.");
        }
        return new CacheCredentials(
                text("apiKey", SECRET_CHARS_MAX).or(held::apiKey), username, password);
    }

    /**
     * Where others on the way could read what is shown, if anywhere: machines are shown user and
     * password where they read, and the key goes with a push.
     */
    static Optional<String> readable(CacheRow row, CacheCredentials shown) {
        return Stream.of(
                        shown.equals(CacheCredentials.NONE) ? "" : row.pushUrl,
                        shown.username().isPresent() ? row.url : "")
                .filter(url -> WebAddress.isReadable(URI.create(url)))
                .findFirst();
    }

    private Optional<String> text(String field, int max) {
        @Nullable JsonNode value = given.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        String text = value.isTextual() ? value.textValue() : "";
        if (text.isEmpty()
                || text.length() > max
                || text.chars().anyMatch(Character::isISOControl)) {
            wrong.accept(
                    "credentials/" + field,
                    "Write a text of 1 to %d characters, none of them a control character."
                            .formatted(max));
            return Optional.empty();
        }
        return Optional.of(text);
    }
}
