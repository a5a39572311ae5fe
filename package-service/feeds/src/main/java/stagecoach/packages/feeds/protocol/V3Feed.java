package stagecoach.packages.feeds.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import stagecoach.packages.feeds.transport.FeedDownload;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A feed of the third protocol ("NuGet Server API"): versions and bytes come from the flat
 * container; registrations, where there are any, tell what is listed and lead to the digest.
 */
final class V3Feed implements PackageFeed {
    private static final String FLAT = "PackageBaseAddress/3.0.0";

    /** Those that know SemVer 2 first: the others leave out what they do not understand. */
    private static final List<String> REGISTRATIONS =
            List.of(
                    "RegistrationsBaseUrl/3.6.0",
                    "RegistrationsBaseUrl/Versioned",
                    "RegistrationsBaseUrl/3.4.0",
                    "RegistrationsBaseUrl/3.0.0-rc",
                    "RegistrationsBaseUrl/3.0.0-beta",
                    "RegistrationsBaseUrl");

    private static final List<String> SEARCH =
            List.of(
                    "SearchQueryService/3.5.0",
                    "SearchQueryService/Versioned",
                    "SearchQueryService/3.0.0-rc",
                    "SearchQueryService/3.0.0-beta",
                    "SearchQueryService");

    private final FeedSettings settings;
    private final FeedRules rules;
    private final FeedHttp http;
    private final ScheduledExecutorService clock;

    V3Feed(FeedSettings settings, FeedRules rules, FeedHttp http, ScheduledExecutorService clock) {
        this.settings = settings;
        this.rules = rules;
        this.http = http;
        this.clock = clock;
    }

    /** What the service index names. */
    private record Service(URI flat, Optional<URI> registrations, Optional<URI> search) {}

    private Service service() throws FeedException, InterruptedException {
        var index =
                Json.get(http, http.home())
                        .orElseThrow(
                                () ->
                                        http.wrong(
                                                "there is nothing at %s; check the url"
                                                        .formatted(http.home())));
        var flat =
                resource(index, List.of(FLAT))
                        .orElseThrow(
                                () ->
                                        http.wrong(
                                                "%s names no %s, so it is no service index of a NuGet v3 feed; check the url"
                                                        .formatted(http.home().getPath(), FLAT)));
        return new Service(flat, resource(index, REGISTRATIONS), resource(index, SEARCH));
    }

    private Optional<URI> resource(Json.Document index, List<String> types) throws FeedException {
        for (String type : types) {
            for (JsonNode resource : index.root().path("resources")) {
                if (ResourceTypes.hold(resource.path("@type"), type)) {
                    return Optional.of(resolved(index.at(), resource.path("@id").asText()));
                }
            }
        }
        return Optional.empty();
    }

    /** Addresses may be relative, and those of folders lack their slash in some feeds. */
    private URI resolved(URI base, String address) throws FeedException {
        try {
            return base.resolve(address);
        } catch (IllegalArgumentException e) {
            throw http.wrong("\"%s\" is no address".formatted(address), e);
        }
    }

    private URI within(URI folder, String path) throws FeedException {
        var base = folder.toString();
        return resolved(folder, base.endsWith("/") ? base + path : base + "/" + path);
    }

    @Override
    public List<PackageVersion> versions(PackageId id) throws FeedException, InterruptedException {
        return versions(service(), id);
    }

    private List<PackageVersion> versions(Service service, PackageId id)
            throws FeedException, InterruptedException {
        var index = Json.get(http, within(service.flat(), id.lower() + "/index.json"));
        List<PackageVersion> versions = new ArrayList<>();
        if (index.isPresent()) {
            for (JsonNode version : index.get().root().path("versions")) {
                Versions.read(version.asText()).ifPresent(versions::add);
            }
        }
        return versions;
    }

    @Override
    public Optional<PackageVersion> newest(PackageId id, Predicate<PackageVersion> wanted)
            throws FeedException, InterruptedException {
        var service = service();
        var candidates =
                versions(service, id).stream()
                        .filter(wanted)
                        .sorted(Comparator.reverseOrder())
                        .toList();
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        var registration = registration(service, id);
        for (PackageVersion candidate : candidates) {
            if (registration.isEmpty() || registration.get().isListed(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    @Override
    public List<RegisteredVersion> registered(PackageId id, VersionSpan span)
            throws FeedException, InterruptedException {
        var service = service();
        if (service.registrations().isEmpty()) {
            throw http.wrong(
                    "it has no registrations, so that nobody can say what its packages depend on");
        }
        var registration = registration(service, id);
        return registration.isEmpty() ? List.of() : registration.get().versions(id, span);
    }

    private Optional<Registration> registration(Service service, PackageId id)
            throws FeedException, InterruptedException {
        if (service.registrations().isEmpty()) {
            return Optional.empty();
        }
        return Json.get(http, within(service.registrations().get(), id.lower() + "/index.json"))
                .map(index -> new Registration(http, index));
    }

    @Override
    public List<PackageId> search(String text, int limit)
            throws FeedException, InterruptedException {
        var service = service();
        if (service.search().isEmpty()) {
            return List.of();
        }
        var address =
                "%s?q=%s&skip=0&take=%d&prerelease=true&semVerLevel=2.0.0"
                        .formatted(
                                service.search().get(),
                                URLEncoder.encode(text, StandardCharsets.UTF_8),
                                limit);
        List<PackageId> found = new ArrayList<>();
        var answer = Json.get(http, resolved(http.home(), address));
        if (answer.isPresent()) {
            for (JsonNode each : answer.get().root().path("data")) {
                Versions.readId(each.path("id").asText()).ifPresent(found::add);
            }
        }
        return found.stream().limit(limit).toList();
    }

    @Override
    public Fetched fetch(
            PackageId id,
            PackageVersion version,
            Optional<Sha512> expected,
            PackageSink sink,
            Passage passage)
            throws FeedException, IOException, InterruptedException {
        var service = service();
        var digest = expected;
        if (digest.isEmpty()) {
            var registration = registration(service, id);
            digest = registration.isEmpty() ? Optional.empty() : registration.get().digest(version);
        }
        var address = "%1$s/%2$s/%1$s.%2$s.nupkg".formatted(id.lower(), version.lower());
        return new FeedDownload(
                        http,
                        settings,
                        rules,
                        clock,
                        within(service.flat(), address),
                        digest,
                        sink,
                        passage)
                .run();
    }
}
