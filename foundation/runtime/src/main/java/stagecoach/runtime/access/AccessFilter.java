package stagecoach.runtime.access;

import io.quarkus.arc.ClientProxy;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.browser.ForBrowsers;
import stagecoach.runtime.access.browser.Visitors;

/**
 * Lets a request in or says why not, before anything else looks at it. It judges the method that
 * the request has been matched with, never the address: an address can be spelled in many ways, and
 * whoever reads it a second time may read something else. What is no method of ours, as health and
 * the API's document, does not come by here.
 */
@Singleton
public class AccessFilter {
    private static final String OPEN = "api/problems";
    private static final String FOR_SERVICES = "internal";
    private static final String FOR_NUGET = "nuget";
    private static final Set<Role> READ_ONLY = EnumSet.of(Role.READ);
    private static final Set<Role> ADMIN_ONLY = EnumSet.of(Role.ADMIN);
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final KeyCheck keys;
    private final ServiceToken tokens;
    private final Problems problems;
    private final Caller caller;
    private final Instance<OpenReads> openReads;
    private final Instance<Visitors> visitors;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("access-", 0).factory());

    /** What a service has that serves NuGet clients: whether they may read without any key. */
    public interface OpenReads {
        /** Whether they may now. */
        boolean areOpen();
    }

    AccessFilter(
            KeyCheck keys,
            ServiceToken tokens,
            Problems problems,
            Caller caller,
            Instance<OpenReads> openReads,
            Instance<Visitors> visitors) {
        this.keys = keys;
        this.tokens = tokens;
        this.problems = problems;
        this.caller = caller;
        this.openReads = openReads;
        this.visitors = visitors;
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }

    /** Answers with a refusal, or with nothing, and then the request goes on. */
    @ServerRequestFilter(priority = Priorities.AUTHENTICATION)
    public Uni<Response> check(ContainerRequestContext request, ResourceInfo resource) {
        String template = template(resource);
        if (isUnder(OPEN, template)) {
            return Uni.createFrom().nullItem();
        }
        List<String> presented = PresentedKeys.of(request::getHeaderString);
        // The filter goes on elsewhere, where the request's context is not at hand.
        Caller present = ClientProxy.unwrap(caller);
        if (isUnder(FOR_SERVICES, template)) {
            return refusal(() -> service(presented, present));
        }
        boolean reads = READING.contains(request.getMethod());
        Set<Role> needed = needed(resource, reads);
        Optional<ForBrowsers> page = annotation(resource, ForBrowsers.class);
        if (page.isPresent()) {
            if (page.get().anybody()) {
                return Uni.createFrom().nullItem();
            }
            @Nullable Cookie cookie = request.getCookies().get(Visitors.COOKIE);
            String session = cookie == null ? "" : cookie.getValue();
            String path = "/" + request.getUriInfo().getPath().replaceAll("^/+", "");
            return refusal(() -> visitor(session, path, needed, known(present)))
                    .runSubscriptionOn(threads);
        }
        boolean perhapsOpen = reads && needed.contains(Role.READ) && isUnder(FOR_NUGET, template);
        return refusal(
                        () ->
                                person(presented, needed, template, known(present))
                                        .filter(_ -> !(perhapsOpen && isOpen())))
                .runSubscriptionOn(threads);
    }

    /**
     * Why whoever sends these headers may not read what a service tells of its own operation, with
     * which no method of ours has to do; empty if he may, with a key that may read or a service's
     * token.
     *
     * @param header the value of a header, or null
     */
    public Optional<Response> refusalToRead(Function<String, @Nullable String> header) {
        List<String> presented = PresentedKeys.of(header);
        boolean service = presented.stream().anyMatch(token -> tokens.verify(token).isPresent());
        return service ? Optional.empty() : person(presented, READ_ONLY, "", (key, _) -> {});
    }

    /** Whoever shows no key that is good for it is let in then as anybody is. */
    private boolean isOpen() {
        return openReads.stream().anyMatch(OpenReads::areOpen);
    }

    /** As the class and the method declare it, without a slash at its start. */
    private static String template(ResourceInfo resource) {
        @Nullable Method method = resource.getResourceMethod();
        if (method == null) {
            return "";
        }
        return Stream.of(
                        // A method may be inherited; its resource has the path.
                        resource.getResourceClass().getAnnotation(Path.class),
                        method.getAnnotation(Path.class))
                .filter(Objects::nonNull)
                .flatMap(path -> Arrays.stream(path.value().split("/")))
                .filter(segment -> !segment.isEmpty())
                .collect(Collectors.joining("/"));
    }

    private static boolean isUnder(String prefix, String template) {
        return template.equals(prefix) || template.startsWith(prefix + "/");
    }

    private static Uni<Response> refusal(Supplier<Optional<Response>> judgement) {
        return Uni.createFrom()
                .item(judgement)
                .flatMap(
                        refusal ->
                                refusal.map(r -> Uni.createFrom().item(r))
                                        .orElseGet(() -> Uni.createFrom().nullItem()));
    }

    private Optional<Response> service(List<String> presented, Caller present) {
        Optional<String> service =
                presented.stream().flatMap(token -> tokens.verify(token).stream()).findFirst();
        if (service.isEmpty()) {
            return Optional.of(
                    problems.response(
                            401,
                            "service-token",
                            "This path is for services of Stagecoach only, with their token."));
        }
        present.is("service:" + service.get(), service.get(), Set.of(), List.of());
        return Optional.empty();
    }

    /** A key that may not read is nobody here: the page to sign in says so. */
    private Optional<Response> visitor(
            String session, String path, Set<Role> needed, BiConsumer<ApiKey, Set<Role>> letIn) {
        Optional<ApiKey> key =
                session.isEmpty() ? Optional.empty() : visitors.get().holder(session);
        if (key.isEmpty() || !allowed(Set.copyOf(key.get().roles()), needed)) {
            return Optional.of(visitors.get().stranger(path));
        }
        letIn.accept(key.get(), Set.copyOf(key.get().roles()));
        return Optional.empty();
    }

    /** Tells the rest of a request who it is. */
    private static BiConsumer<ApiKey, Set<Role>> known(Caller present) {
        return (key, roles) -> present.is(key.id(), key.name(), roles, key.teams());
    }

    private Optional<Response> person(
            List<String> presented,
            Set<Role> needed,
            String template,
            BiConsumer<ApiKey, Set<Role>> letIn) {
        Optional<ApiKey> key =
                presented.stream().flatMap(shown -> keys.check(shown).stream()).findFirst();
        if (key.isEmpty()) {
            return Optional.of(unauthorized(!presented.isEmpty(), template));
        }
        Set<Role> roles = Set.copyOf(key.get().roles());
        if (allowed(roles, needed)) {
            letIn.accept(key.get(), roles);
            return Optional.empty();
        }
        return Optional.of(
                problems.response(
                        403,
                        "not-allowed",
                        "The API key \"%s\" may not do this: it takes one of the roles %s, and the key has %s."
                                .formatted(key.get().name(), needed, roles)));
    }

    private Response unauthorized(boolean presented, String template) {
        boolean nuget = isUnder(FOR_NUGET, template);
        String known =
                "The API key is unknown or has expired. Ask an administrator for another one.";
        String needed =
                nuget
                        ? "An API key is needed: give it as the password of any user (packageSourceCredentials of nuget.config, or \"dotnet nuget add source <url> -u any -p <key>\"), and to push as the API key (-k <key>)."
                        : "An API key is needed: send it as \"Authorization: Bearer <key>\" or \"X-Api-Key: <key>\".";
        return Response.fromResponse(
                        problems.response(401, "api-key-needed", presented ? known : needed))
                .header(
                        HttpHeaders.WWW_AUTHENTICATE,
                        (nuget ? "Basic" : "Bearer") + " realm=\"stagecoach\"")
                .build();
    }

    private static boolean allowed(Set<Role> roles, Set<Role> needed) {
        if (roles.contains(Role.ADMIN) || roles.stream().anyMatch(needed::contains)) {
            return true;
        }
        return needed.contains(Role.READ)
                && (roles.contains(Role.CONFIGURE) || roles.contains(Role.DEPLOY));
    }

    /** Where nothing is said, whoever may read may read, and nobody but an administrator write. */
    private static Set<Role> needed(ResourceInfo resource, boolean reads) {
        Set<Role> unsaid = reads ? READ_ONLY : ADMIN_ONLY;
        return annotation(resource, Needs.class)
                .<Set<Role>>map(needs -> EnumSet.copyOf(Arrays.asList(needs.value())))
                .orElse(unsaid);
    }

    /** What the method says, or else its class. */
    private static <A extends Annotation> Optional<A> annotation(
            ResourceInfo resource, Class<A> type) {
        @Nullable Method method = resource.getResourceMethod();
        if (method == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(method.getAnnotation(type))
                .or(() -> Optional.ofNullable(method.getDeclaringClass().getAnnotation(type)));
    }

    /**
     * Finds the keys that a request carries, in all headers where one may stand. A NuGet client
     * sends what was given to {@code push -k} beside the credentials of its source, and feeds of
     * others that look at the credentials only have people write anything there.
     */
    private static final class PresentedKeys {
        private PresentedKeys() {}

        static List<String> of(Function<String, @Nullable String> headers) {
            return Stream.of(
                            header(headers, "X-Api-Key"),
                            header(headers, "X-NuGet-ApiKey"),
                            header(headers, "Authorization")
                                    .flatMap(PresentedKeys::ofAuthorization))
                    .flatMap(Optional::stream)
                    .distinct()
                    .toList();
        }

        private static Optional<String> header(
                Function<String, @Nullable String> headers, String name) {
            return Optional.ofNullable(headers.apply(name))
                    .map(String::strip)
                    .filter(key -> !key.isEmpty());
        }

        private static Optional<String> ofAuthorization(String header) {
            int space = header.indexOf(' ');
            if (space < 0) {
                return Optional.empty();
            }
            String credentials = header.substring(space + 1).strip();
            return switch (header.substring(0, space).toLowerCase(Locale.ROOT)) {
                case "bearer" -> Optional.of(credentials);
                case "basic" -> password(credentials);
                default -> Optional.empty();
            };
        }

        /** NuGet clients send the key as the password of any user. */
        private static Optional<String> password(String credentials) {
            try {
                String pair =
                        new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
                int colon = pair.indexOf(':');
                return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
