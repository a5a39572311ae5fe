package stagecoach.orchestrator.app.catalog.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.Nearest;
import stagecoach.runtime.request.PlainText;
import stagecoach.runtime.request.Sentences;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Reads what a step does: its kind, and the fields that go with that kind. */
final class ActionReader {
    private static final Duration WITHIN = Duration.ofMinutes(1);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final List<String> ACCESS =
            Arrays.stream(Role.values()).map(Enum::name).toList();
    private static final int INSTRUCTIONS_MAX = 10_000;
    private static final int KEEP_RELEASES_MAX = 10_000;

    /** Which kind a field goes with. */
    private static final Map<String, Kind> KIND_OF =
            Map.of(
                    "script", Kind.SCRIPT,
                    "packages", Kind.SCRIPT,
                    "package", Kind.PACKAGE,
                    "install", Kind.PACKAGE,
                    "http", Kind.HTTP_CHECK,
                    "health", Kind.HEALTH_CHECK,
                    "manual", Kind.MANUAL_INTERVENTION,
                    "steps", Kind.GROUP);

    /** What a step may be, as people write it. */
    enum Kind {
        SCRIPT,
        PACKAGE,
        MANUAL_INTERVENTION,
        HEALTH_CHECK,
        HTTP_CHECK,
        GROUP
    }

    private ActionReader() {}

    /** The kind, which is SCRIPT unless it is said; empty if it is none. */
    static Optional<Kind> kind(JsonBody body) {
        return body.has("kind") ? body.choice("kind", Kind.class) : Optional.of(Kind.SCRIPT);
    }

    /** The action of a step of this kind, a group still without children; empty if unreadable. */
    static Optional<Action> read(JsonBody body, Kind kind, KnownNames names) {
        refuseOthers(body, kind);
        return switch (kind) {
            case SCRIPT ->
                    part(body, "script").flatMap(script -> ScriptReader.read(body, script, names));
            case PACKAGE -> deployPackage(body, names);
            case HTTP_CHECK -> part(body, "http").flatMap(ActionReader::httpCheck);
            case HEALTH_CHECK -> Optional.of(healthCheck(body));
            case MANUAL_INTERVENTION ->
                    part(body, "manual").flatMap(manual -> manual(manual, names));
            case GROUP -> Optional.of(new Action.Group(List.of()));
        };
    }

    private static void refuseOthers(JsonBody body, Kind chosen) {
        KIND_OF.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(entry -> body.has(entry.getKey()) && entry.getValue() != chosen)
                .forEach(
                        entry ->
                                body.mistake(
                                        entry.getKey(),
                                        "%s goes with kind %s, and this step is of kind %s. Change one of them."
                                                .formatted(
                                                        entry.getKey(), entry.getValue(), chosen)));
    }

    private static Optional<JsonBody> part(JsonBody body, String field) {
        return body.missing(field) ? Optional.empty() : body.object(field);
    }

    private static Optional<Action> deployPackage(JsonBody body, KnownNames names) {
        Optional<Action.PackageReference> reference =
                part(body, "package").flatMap(source -> wholeReference(source, names));
        Action.Install install =
                body.object("install")
                        .map(ActionReader::install)
                        .orElseGet(() -> new Action.Install(Optional.empty(), List.of()));
        return reference.map(source -> new Action.DeployPackage(source, install));
    }

    /** A package with all that is said of it. */
    static Optional<Action.PackageReference> wholeReference(JsonBody source, KnownNames names) {
        Optional<Action.PackageReference> whole = reference(source, names);
        source.refuseUnknown();
        return whole;
    }

    /** A package; what else may be said of it is for the caller, who refuses the rest. */
    static Optional<Action.PackageReference> reference(JsonBody source, KnownNames names) {
        FeedId feed = source.parsed("feed", FeedId::new).orElse(FeedId.BUILT_IN);
        KnownNames.checkOne(source, "feed", "feed", feed.value(), names.feeds());
        Optional<PackageId> id = source.requiredParsed("id", PackageId::parse);
        AcquisitionLocation location =
                source.choice("acquisitionLocation", AcquisitionLocation.class)
                        .orElse(AcquisitionLocation.EXECUTION_TARGET);
        PackageSource from =
                source.choice("source", PackageSource.class).orElse(PackageSource.NEAREST_CACHE);
        if (source.has("version")) {
            source.mistake(
                    "version",
                    "A process names no version: a release pins it. Give it to POST /projects/{id}/releases.");
        }
        return id.map(name -> new Action.PackageReference(feed, name, location, from));
    }

    private static Action.Install install(JsonBody install) {
        Optional<String> directory = install.text("directory");
        List<String> substituteIn = install.list("substituteIn", glob -> glob).orElse(List.of());
        List<String> structuredVariablesIn =
                install.list("structuredVariablesIn", glob -> glob).orElse(List.of());
        Optional<Integer> keepReleases = install.integer("keepReleases", 0, KEEP_RELEASES_MAX);
        if (directory.isPresent() && keepReleases.isPresent()) {
            install.mistake(
                    "keepReleases",
                    "A directory of your own holds one release, so there are no older ones to keep. Leave out keepReleases, or directory.");
            keepReleases = Optional.empty();
        }
        Optional<Action.CopyTo> copyTo = install.object("copyTo").flatMap(ActionReader::copyTo);
        install.refuseUnknown();
        return new Action.Install(
                directory, substituteIn, keepReleases, structuredVariablesIn, copyTo);
    }

    private static Optional<Action.CopyTo> copyTo(JsonBody copy) {
        Optional<String> directory = copy.requiredText("directory");
        boolean purge = copy.flag("purge").orElse(false);
        List<String> except = copy.list("except", glob -> glob).orElse(List.of());
        copy.refuseUnknown();
        return directory.map(folder -> new Action.CopyTo(folder, purge, except));
    }

    private static Optional<Action> httpCheck(JsonBody http) {
        Optional<String> url = http.requiredText("url");
        String method = http.text("method").orElse("GET");
        List<Integer> status = http.integers("status").orElse(List.of(200));
        Optional<String> bodyMatches = http.text("bodyMatches");
        Duration within = http.duration("within").orElse(WITHIN);
        Duration every =
                http.duration("every")
                        .orElseGet(() -> within.compareTo(EVERY) < 0 ? within : EVERY);
        http.refuseUnknown();
        return url.map(
                address ->
                        new Action.HttpCheck(address, method, status, bodyMatches, within, every));
    }

    private static Action healthCheck(JsonBody body) {
        return body.object("health")
                .map(
                        health -> {
                            var unavailable =
                                    health.choice("unavailable", UnavailableTargets.class)
                                            .orElse(UnavailableTargets.FAIL);
                            var within = health.duration("within").orElse(WITHIN);
                            health.refuseUnknown();
                            return new Action.HealthCheck(unavailable, within);
                        })
                .orElseGet(() -> new Action.HealthCheck(UnavailableTargets.FAIL, WITHIN));
    }

    /** What an API key may do, or a team that some key is of: nobody else could ever answer. */
    private static String responsible(String text, Set<String> teams) {
        if (ACCESS.contains(text) || teams.contains(text)) {
            return text;
        }
        var known = new ArrayList<>(ACCESS);
        known.addAll(teams);
        throw new IllegalArgumentException(
                "\"%s\" is no role and no team of an API key. Use %s, or a team that a key has (POST /api-keys, \"teams\").%s"
                        .formatted(text, Sentences.orList(ACCESS), Nearest.question(text, known)));
    }

    private static Optional<Action> manual(JsonBody manual, KnownNames names) {
        Optional<String> instructions = manual.requiredText("instructions");
        instructions
                .filter(text -> text.length() > INSTRUCTIONS_MAX)
                .ifPresent(
                        _ ->
                                manual.mistake(
                                        "instructions",
                                        "Instructions have at most %d characters. Link to the rest."
                                                .formatted(INSTRUCTIONS_MAX)));
        List<String> roles =
                manual.list("roles", text -> responsible(text, names.teams())).orElse(List.of());
        manual.refuseUnknown();
        instructions.ifPresent(text -> PlainText.checkLines(manual, "instructions", text));
        return instructions.map(text -> new Action.ManualIntervention(text, roles));
    }
}
