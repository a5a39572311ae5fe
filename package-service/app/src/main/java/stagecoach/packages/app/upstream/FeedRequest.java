package stagecoach.packages.app.upstream;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.catalog.WebAddress;
import stagecoach.packages.feeds.protocol.Feeds;
import stagecoach.packages.feeds.transport.FeedSettings.Kind;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.packages.TransferBudget;

/** The body of a {@code PUT} of a feed outside. */
final class FeedRequest {
    private static final int NAME_CHARACTERS_MAX = 200;
    private static final int URL_CHARACTERS_MAX = 2000;
    private static final int USERNAME_CHARACTERS_MAX = 200;
    private static final int PASSWORD_CHARACTERS_MAX = 4000;
    private static final int READ_THROUGH_MAX = 100;
    private static final int ATTEMPTS = 5;
    private static final int ATTEMPTS_MAX = 100;
    private static final Duration BACKOFF = Duration.ofSeconds(10);
    private static final Duration BACKOFF_MAX = Duration.ofHours(1);

    private FeedRequest() {}

    /**
     * The row that a body asks for.
     *
     * @throws stagecoach.runtime.access.InvalidInput with everything that is wrong
     */
    static FeedRow read(
            String id,
            byte @Nullable [] json,
            Optional<FeedRow> before,
            FeedCatalog catalog,
            Map<ReadThroughRule, String> taken) {
        var body = JsonBody.of(json);
        if (!IdRule.allows(id)) {
            body.mistake(
                    "id",
                    "\"%s\" is no feed id: use 1 to 64 lower-case letters, digits and inner hyphens."
                            .formatted(id));
        }
        body.text("id")
                .filter(given -> !given.equals(id))
                .ifPresent(
                        given ->
                                body.mistake(
                                        "id",
                                        "The path says \"%s\" and the body \"%s\". Leave id out, or let both be the same."
                                                .formatted(id, given)));
        var row = new FeedRow();
        row.id = id;
        row.name = name(body, id);
        kind(body).ifPresent(kind -> row.kind = kind.name());
        url(body, row).ifPresent(url -> row.url = url);
        row.attempts = body.integer("downloadAttempts", 1, ATTEMPTS_MAX).orElse(ATTEMPTS);
        row.backoffMillis = backoff(body).toMillis();
        row.bytesPerSecondMax =
                body.integer(
                                "bytesPerSecondMax",
                                TransferBudget.BYTES_PER_SECOND_MIN,
                                TransferBudget.BYTES_PER_SECOND_LIMIT)
                        .map(Integer::longValue)
                        .orElse(null);
        row.transfersMax =
                body.integer("transfersMax", 1, TransferBudget.TRANSFERS_LIMIT).orElse(null);
        body.text("access")
                .ifPresent(
                        _ ->
                                body.mistake(
                                        "access",
                                        "Others serve this feed; only the built-in feed can be public here."));
        Optional<Boolean> insecureAllowed = body.flag("allowInsecureConnections");
        body.object("readThrough").ifPresent(given -> readThrough(given, row, taken));
        Optional<JsonBody> credentials = body.object("credentials");
        row.username = credentials.flatMap(given -> given.requiredText("username")).orElse(null);
        Optional<FeedRow> sameReader =
                before.filter(
                        old ->
                                Objects.equals(old.username, row.username)
                                        && isSameServer(old, row));
        row.insecureAllowed =
                insecureAllowed.orElseGet(
                        () -> sameReader.filter(old -> old.insecureAllowed).isPresent());
        credentials.ifPresent(given -> credentials(given, row, sameReader, catalog));
        row.machinesRead = body.flag("machinesRead").orElse(false);
        if (row.machinesRead && !row.kind.isEmpty() && !row.url.isEmpty()) {
            unreadable(row).ifPresent(why -> body.mistake("machinesRead", why));
        }
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return row;
    }

    /** Why machines cannot read a feed themselves, in words. */
    private static Optional<String> unreadable(FeedRow row) {
        if (row.kind() == Kind.FOLDER) {
            return Optional.of(
                    "Machines do not see this folder. Make a cache of the kind FOLDER for one that they do.");
        }
        if (!Feeds.isV3(row.url)) {
            return Optional.of(
                    "Machines read NuGet v3 only: give the url of its service index, which ends with .json.");
        }
        return row.username == null
                ? Optional.empty()
                : Optional.of(
                        "Machines are not given the credentials of a feed. Leave machinesRead out, or make a cache of the kind NUGET with such credentials as machines may have.");
    }

    private static String name(JsonBody body, String id) {
        Optional<String> name = body.text("name").filter(given -> !given.isBlank());
        if (name.filter(given -> given.length() > NAME_CHARACTERS_MAX).isPresent()) {
            body.mistake(
                    "name", "A name has at most %d characters.".formatted(NAME_CHARACTERS_MAX));
        }
        return name.orElse(id);
    }

    private static Optional<Kind> kind(JsonBody body) {
        if (body.text("kind").filter("BUILT_IN"::equals).isPresent()) {
            body.mistake(
                    "kind",
                    "There is one built-in feed, \"%s\". Say NUGET or FOLDER."
                            .formatted(FeedId.BUILT_IN));
            return Optional.empty();
        }
        return body.missing("kind") ? Optional.empty() : body.choice("kind", Kind.class);
    }

    private static Optional<String> url(JsonBody body, FeedRow row) {
        if (row.kind.isEmpty()) {
            // What it ought to be depends on the kind, and that is wrong.
            return body.text("url");
        }
        return switch (row.kind()) {
            case NUGET -> body.requiredParsed("url", FeedRequest::address);
            case FOLDER -> body.requiredParsed("url", FeedRequest::folder);
        };
    }

    private static String address(String text) {
        refuseLong(text);
        URI uri = WebAddress.parse(text);
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "Leave user and password out of the URL, and give \"credentials\".");
        }
        if (uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("Leave query and fragment out of the URL.");
        }
        return uri.toString();
    }

    private static String folder(String text) {
        refuseLong(text);
        try {
            Path path = Path.of(text.startsWith("file://") ? text.substring(7) : text);
            if (path.isAbsolute()) {
                return path.normalize().toString();
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"%s\" is no path.".formatted(text), e);
        }
        throw new IllegalArgumentException(
                "\"%s\" is no absolute path. Give that under which the package-service sees the folder."
                        .formatted(text));
    }

    private static void refuseLong(String text) {
        if (text.length() > URL_CHARACTERS_MAX) {
            throw new IllegalArgumentException(
                    "A url has at most %d characters.".formatted(URL_CHARACTERS_MAX));
        }
    }

    private static Duration backoff(JsonBody body) {
        Duration backoff = body.duration("downloadBackoff").orElse(BACKOFF);
        if (backoff.isNegative() || backoff.compareTo(BACKOFF_MAX) > 0) {
            body.mistake("downloadBackoff", "Write a duration from PT0S to PT1H.");
            return BACKOFF;
        }
        return backoff;
    }

    /** Two feeds for one rule could disagree, and which one is asked would be chance. */
    private static void readThrough(
            JsonBody given, FeedRow row, Map<ReadThroughRule, String> taken) {
        Optional<List<ReadThroughRule>> rules = given.list("ids", ReadThroughRule::parse);
        if (rules.isEmpty()) {
            given.missing("ids");
        }
        rules.filter(all -> all.size() > READ_THROUGH_MAX)
                .ifPresent(
                        _ ->
                                given.mistake(
                                        "ids",
                                        "There are at most %d.".formatted(READ_THROUGH_MAX)));
        rules.orElse(List.of()).stream()
                .filter(rule -> !taken.getOrDefault(rule, row.id).equals(row.id))
                .forEach(
                        rule ->
                                given.mistake(
                                        "ids",
                                        "\"%s\" is read through to the feed \"%s\" already. Remove it there, or say more of the id here."
                                                .formatted(rule.value(), taken.get(rule))));
        row.readThrough =
                rules.orElse(List.of()).stream()
                        .map(ReadThroughRule::value)
                        .collect(Collectors.joining(" "));
        given.refuseUnknown();
    }

    /**
     * A password is never told, so who writes back what he read keeps the one that is there.
     *
     * @param sameReader the row until now, if its user and server are the same
     */
    private static void credentials(
            JsonBody given, FeedRow row, Optional<FeedRow> sameReader, FeedCatalog catalog) {
        Optional<String> username = Optional.ofNullable(row.username);
        Optional<String> password = given.text("password").filter(text -> !text.isEmpty());
        username.filter(text -> text.length() > USERNAME_CHARACTERS_MAX || text.indexOf(':') >= 0)
                .ifPresent(
                        _ ->
                                given.mistake(
                                        "username",
                                        "A user name has at most %d characters and no colon."
                                                .formatted(USERNAME_CHARACTERS_MAX)));
        password.filter(text -> text.length() > PASSWORD_CHARACTERS_MAX)
                .ifPresent(
                        _ ->
                                given.mistake(
                                        "password",
                                        "A password has at most %d characters."
                                                .formatted(PASSWORD_CHARACTERS_MAX)));
        if (isReadable(row) && !row.insecureAllowed) {
            given.mistake(
                    "password",
                    "Others on the way could read it, since the url begins with http. Write https, or \"allowInsecureConnections\": true if the way is safe.");
        }
        sameReader.ifPresent(old -> row.password = old.password);
        if (row.password == null && password.isEmpty()) {
            given.mistake(
                    "password",
                    "password is missing: there is none for this user at this server yet. Give it.");
        }
        given.refuseUnknown();
        if (password.isPresent() && given.mistakes().none()) {
            catalog.seal(row, password.get());
        }
    }

    /** Whether others could read what is sent to the feed. */
    private static boolean isReadable(FeedRow row) {
        return row.kind.equals(Kind.NUGET.name()) && WebAddress.isReadable(URI.create(row.url));
    }

    /** Folders are no servers; who is shown nothing there may have another. */
    private static boolean isSameServer(FeedRow before, FeedRow after) {
        return before.kind.equals(after.kind)
                && (after.kind.equals(Kind.FOLDER.name())
                        ? before.url.equals(after.url)
                        : WebAddress.isSameServer(before.url, after.url));
    }
}
