package stagecoach.packages.app.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.request.Nearest;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.wire.StagecoachJson;

/** The body of a {@code PUT} of a cache, read so that all that is wrong with it is told at once. */
final class CacheRequest {
    private static final int NAME_CHARS_MAX = 200;
    private static final int URL_CHARS_MAX = 2000;
    private static final int PRIORITY_MAX = 1_000_000;
    private static final Set<String> FIELDS =
            Set.of(
                    "id",
                    "name",
                    "region",
                    "kind",
                    "url",
                    "pushUrl",
                    "pullUrl",
                    "thumbprint",
                    "credentials",
                    "allowInsecureConnections",
                    "priority",
                    "bytesPerSecondMax",
                    "transfersMax");

    private final ObjectNode fields;
    private final List<FieldError> errors = new ArrayList<>();

    private CacheRequest(ObjectNode fields) {
        this.fields = fields;
    }

    /**
     * The row that a body asks for.
     *
     * @param regions those that exist
     * @param publicUrl where caches pull from unless the body says otherwise
     * @param before how the cache is configured now
     * @param catalog opens and seals what the cache is shown
     * @throws InvalidInput with everything that is wrong
     */
    static CacheRow read(
            String id,
            byte @Nullable [] json,
            Set<String> regions,
            Optional<String> publicUrl,
            Optional<CacheRow> before,
            CacheCatalog catalog) {
        var request = new CacheRequest(object(json));
        CacheRow row = request.row(id, regions, publicUrl);
        Optional<CacheRow> sameServers =
                before.filter(old -> old.kind.equals(row.kind))
                        .filter(old -> old.kind().equals(CacheKind.NUGET))
                        .filter(old -> WebAddress.isSameServer(old.url, row.url))
                        .filter(old -> WebAddress.isSameServer(old.pushUrl, row.pushUrl));
        CacheCredentials credentials = request.credentials(row, sameServers, catalog);
        row.insecureAllowed = request.consent(row, credentials, sameServers);
        request.refuseOthers();
        if (request.errors.isEmpty()) {
            catalog.seal(row, credentials, before);
        }
        if (!request.errors.isEmpty()) {
            throw new InvalidInput(request.errors);
        }
        return row;
    }

    /** The region that a body names, whether it exists or not. */
    static Optional<String> regionIn(byte @Nullable [] json) {
        return new CacheRequest(object(json)).text("region");
    }

    private static ObjectNode object(byte @Nullable [] json) {
        if (json == null || json.length == 0) {
            throw new InvalidInput("", "The request has no body. Send a JSON object.");
        }
        try {
            if (StagecoachJson.strict().readTree(json) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new InvalidInput("", "The body is no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("a body in memory cannot be read", e);
        }
        throw new InvalidInput("", "The body is no JSON object. Send fields in braces.");
    }

    private CacheRow row(String id, Set<String> regions, Optional<String> publicUrl) {
        text("id")
                .filter(given -> !given.equals(id))
                .ifPresent(
                        given ->
                                wrong(
                                        "id",
                                        "The path says \"%s\" and the body \"%s\". Leave id out, or let both be the same."
                                                .formatted(id, given)));
        Optional<CacheKind> kind = kind();
        var row = new CacheRow();
        row.id = id;
        row.name = name(id);
        row.region = region(regions);
        row.kind = kind.map(CacheKind::name).orElse("");
        // Of one whose kind is wrong it is not known what the rest ought to be.
        switch (kind.orElse(CacheKind.STAGECOACH)) {
            case STAGECOACH -> stagecoach(row, publicUrl);
            case FOLDER -> folder(row);
            case NUGET -> server(row);
        }
        row.priority = priority();
        row.bytesPerSecondMax =
                number(
                                "bytesPerSecondMax",
                                TransferBudget.BYTES_PER_SECOND_MIN,
                                TransferBudget.BYTES_PER_SECOND_LIMIT)
                        .orElse(null);
        row.transfersMax =
                number("transfersMax", 1, TransferBudget.TRANSFERS_LIMIT)
                        .map(Long::intValue)
                        .orElse(null);
        return row;
    }

    private void stagecoach(CacheRow row, Optional<String> publicUrl) {
        row.url = required("url", CacheRequest::secure).orElse("");
        row.pushUrl = parsed("pushUrl", CacheRequest::secure).orElse(row.url);
        row.pullUrl =
                parsed("pullUrl", CacheRequest::address)
                        .or(() -> publicUrl)
                        .orElseGet(
                                () -> wrong("pullUrl", "Say where the cache reaches this server."));
        row.thumbprint = required("thumbprint", text -> Thumbprint.parse(text).value()).orElse("");
    }

    private void folder(CacheRow row) {
        row.url = required("url", CacheRequest::folder).orElse("");
        row.pushUrl = parsed("pushUrl", CacheRequest::folder).orElse(row.url);
        leaveOut("FOLDER", "pullUrl", "thumbprint");
    }

    private void server(CacheRow row) {
        row.url = required("url", CacheRequest::index).orElse("");
        row.pushUrl = parsed("pushUrl", CacheRequest::index).orElse(row.url);
        row.thumbprint = parsed("thumbprint", text -> Thumbprint.parse(text).value()).orElse("");
        leaveOut("NUGET", "pullUrl");
    }

    private void leaveOut(String kind, String... names) {
        for (String field : names) {
            if (fields.hasNonNull(field)) {
                wrong(
                        field,
                        "A %s cache has no %s: this server writes to it. Leave it out."
                                .formatted(kind, field));
            }
        }
    }

    /**
     * What it is shown.
     *
     * @param sameServers the row until now, if its servers are the same
     */
    private CacheCredentials credentials(
            CacheRow row, Optional<CacheRow> sameServers, CacheCatalog catalog) {
        @Nullable JsonNode given = fields.get("credentials");
        if (given == null || given.isNull()) {
            return CacheCredentials.NONE;
        }
        if (!row.kind.equals(CacheKind.NUGET.name())) {
            wrong(
                    "credentials",
                    "Only NUGET caches have credentials: a STAGECOACH cache knows the server by STAGECOACH_CACHE_CREDENTIAL. Leave them out.");
            return CacheCredentials.NONE;
        }
        CacheCredentials held = sameServers.map(catalog::credentials).orElse(CacheCredentials.NONE);
        return new CredentialsRequest(
                        given,
                        (place, sentence) -> errors.add(new FieldError("/" + place, sentence)))
                .read(held);
    }

    /** Whether these may be sent by http; who does not say it leaves it as it was for this user. */
    private boolean consent(
            CacheRow row, CacheCredentials credentials, Optional<CacheRow> sameServers) {
        Optional<Boolean> given = flag("allowInsecureConnections");
        if (!row.kind.equals(CacheKind.NUGET.name())) {
            given.ifPresent(
                    _ ->
                            wrong(
                                    "allowInsecureConnections",
                                    "Only NUGET caches are shown credentials. Leave it out."));
            return false;
        }
        boolean allowed =
                given.orElseGet(
                        () ->
                                sameServers
                                        .filter(old -> isUser(old, credentials))
                                        .filter(old -> old.insecureAllowed)
                                        .isPresent());
        if (!allowed) {
            CredentialsRequest.readable(row, credentials)
                    .ifPresent(
                            url ->
                                    wrong(
                                            "credentials",
                                            "Others on the way to %s could read them, since it begins with http. Write https, or \"allowInsecureConnections\": true if the way is safe."
                                                    .formatted(url)));
        }
        return allowed;
    }

    private static boolean isUser(CacheRow old, CacheCredentials credentials) {
        return Optional.ofNullable(old.username).equals(credentials.username());
    }

    private Optional<Boolean> flag(String field) {
        @Nullable JsonNode value = fields.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            wrong(field, "Write true or false.");
            return Optional.empty();
        }
        return Optional.of(value.booleanValue());
    }

    private static String index(String text) {
        String address = address(text);
        if (address.length() > URL_CHARS_MAX || !address.endsWith(".json")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no service index of a NuGet v3 server: its URL ends with .json. A server that speaks only NuGet v2 cannot be a cache; it can be a feed that this server reads."
                            .formatted(text));
        }
        return address;
    }

    private static String folder(String text) {
        if (text.length() > URL_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "A url has at most %d characters.".formatted(URL_CHARS_MAX));
        }
        return "file://" + FolderAddress.path(text);
    }

    private Optional<CacheKind> kind() {
        Optional<String> kind = text("kind");
        if (kind.isEmpty()) {
            wrong("kind", "Say the kind of the cache: STAGECOACH, FOLDER or NUGET.");
        } else {
            Optional<CacheKind> known =
                    Arrays.stream(CacheKind.values())
                            .filter(each -> each.name().equals(kind.get()))
                            .findFirst();
            if (known.isEmpty()) {
                wrong(
                        "kind",
                        "\"%s\" is no kind of cache. Use STAGECOACH, FOLDER or NUGET."
                                .formatted(kind.get()));
            }
            return known;
        }
        return Optional.empty();
    }

    private String name(String id) {
        String name = text("name").filter(given -> !given.isBlank()).orElse(id);
        return name.length() <= NAME_CHARS_MAX
                ? name
                : wrong("name", "A name has at most %d characters.".formatted(NAME_CHARS_MAX));
    }

    private String region(Set<String> regions) {
        Optional<String> region = required("region", text -> new RegionId(text).value());
        return region.filter(given -> !regions.contains(given))
                .map(
                        given ->
                                wrong(
                                        "region",
                                        "There is no region \"%s\".%s Put it first."
                                                .formatted(
                                                        given, Nearest.question(given, regions))))
                .or(() -> region)
                .orElse("");
    }

    private int priority() {
        return number("priority", 0, PRIORITY_MAX).map(Long::intValue).orElse(0);
    }

    private Optional<Long> number(String field, long min, long max) {
        @Nullable JsonNode value = fields.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            wrong(field, "Write a whole number from %d to %d.".formatted(min, max));
            return Optional.empty();
        }
        return Optional.of(value.longValue());
    }

    /** A Stagecoach cache speaks TLS, always. */
    private static String secure(String text) {
        String address = address(text);
        if (!address.startsWith("https:")) {
            throw new IllegalArgumentException(
                    "A STAGECOACH cache is reached by https only. Write https://…");
        }
        return address;
    }

    private static String address(String text) {
        URI uri = WebAddress.parse(text);
        if (uri.getQuery() != null || uri.getFragment() != null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("Leave user, query and fragment out of the URL.");
        }
        return uri.toString().replaceAll("/+$", "");
    }

    private Optional<String> required(String field, Function<String, String> parser) {
        if (!fields.hasNonNull(field)) {
            wrong(field, "%s is missing. Give it.".formatted(field));
            return Optional.empty();
        }
        return parsed(field, parser);
    }

    private Optional<String> parsed(String field, Function<String, String> parser) {
        try {
            return text(field).map(parser);
        } catch (IllegalArgumentException e) {
            wrong(field, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<String> text(String field) {
        @Nullable JsonNode value = fields.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual() || value.textValue().indexOf('\0') >= 0) {
            wrong(field, "Write a text.");
            return Optional.empty();
        }
        return Optional.of(value.textValue());
    }

    private void refuseOthers() {
        for (var field : fields.properties()) {
            String name = field.getKey();
            if (!FIELDS.contains(name)) {
                wrong(
                        name,
                        "A cache has no field \"%s\".%s"
                                .formatted(name, Nearest.question(name, FIELDS)));
            }
        }
    }

    private String wrong(String field, String sentence) {
        errors.add(new FieldError("/" + field.replace("~", "~0").replace("/", "~1"), sentence));
        return "";
    }
}
