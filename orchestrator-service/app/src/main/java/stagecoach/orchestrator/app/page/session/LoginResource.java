package stagecoach.orchestrator.app.page.session;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.orchestrator.app.page.PageAnswers;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.access.browser.ForBrowsers;
import stagecoach.runtime.access.browser.Visitors;

/**
 * Opens a session for whoever shows an API key that may read, and ends it. Each form carries a
 * token that follows from a cookie, so that no page of others can send it in a visitor's name.
 */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@RunOnVirtualThread
@ForBrowsers(anybody = true)
public class LoginResource {
    /** Before there is a session, the form's token follows from this. */
    private static final String VISITOR = "stagecoach-visitor";

    private static final Set<Role> READING =
            EnumSet.of(Role.READ, Role.CONFIGURE, Role.DEPLOY, Role.ADMIN);

    /** Pages of ours: whoever has signed in is led to no other place. */
    private static final Pattern OURS = Pattern.compile("/(deployments/[a-z0-9-]{1,64})?");

    private final Sessions sessions;
    private final KeyCheck keys;
    private final WrongKeys wrong;
    private final PageAnswers answers;

    LoginResource(Sessions sessions, KeyCheck keys, WrongKeys wrong, PageAnswers answers) {
        this.sessions = sessions;
        this.keys = keys;
        this.wrong = wrong;
        this.answers = answers;
    }

    /** Shows the form. */
    @GET
    @Path("login")
    @Operation(hidden = true)
    public Response form(
            @QueryParam("to") @Nullable String to,
            @CookieParam(VISITOR) @Nullable String visitor,
            @Context UriInfo uri) {
        return form(200, to, visitor, uri, "");
    }

    /** Lets in whoever shows a key that may read. */
    @POST
    @Path("login")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Response signIn(
            @FormParam("key") @Nullable String key,
            @FormParam("form") @Nullable String form,
            @FormParam("to") @Nullable String to,
            @CookieParam(VISITOR) @Nullable String visitor,
            @Context HttpServerRequest request,
            @Context UriInfo uri) {
        if (!isOurs(form, visitor)) {
            return form(
                    403,
                    to,
                    visitor,
                    uri,
                    "This form was not sent from this page, or your browser keeps no cookies. Try again.");
        }
        String address = request.remoteAddress().hostAddress();
        if (!wrong.mayTry(address)) {
            return Response.fromResponse(
                            form(
                                    429,
                                    to,
                                    visitor,
                                    uri,
                                    "Too many wrong keys came from your address. Wait a minute, then try again."))
                    .header(HttpHeaders.RETRY_AFTER, 60)
                    .build();
        }
        Optional<ApiKey> known = keys.check(key == null ? "" : key.strip());
        if (known.isEmpty()) {
            wrong.wrong(address);
            return form(
                    401,
                    to,
                    visitor,
                    uri,
                    "The API key is unknown or has expired. Ask an administrator for another one.");
        }
        if (known.get().roles().stream().noneMatch(READING::contains)) {
            return form(
                    403,
                    to,
                    visitor,
                    uri,
                    "The API key \"%s\" may not read. Ask an administrator for one with the role READ."
                            .formatted(known.get().name()));
        }
        return Response.seeOther(URI.create(ours(to)))
                .cookie(cookie(uri, Visitors.COOKIE, sessions.open(known.get()), lifeSeconds()))
                .cookie(cookie(uri, VISITOR, "", 0))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    /** Ends the session. */
    @POST
    @Path("logout")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Response signOut(
            @FormParam("form") @Nullable String form,
            @CookieParam(Visitors.COOKIE) @Nullable String session,
            @CookieParam(VISITOR) @Nullable String visitor,
            @Context UriInfo uri) {
        if (session != null && !isOurs(form, session)) {
            return form(
                    403, null, visitor, uri, "This form was not sent from a page of this session.");
        }
        if (session != null) {
            sessions.close(session);
        }
        return Response.seeOther(URI.create("/login"))
                .cookie(cookie(uri, Visitors.COOKIE, "", 0))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private Response form(
            int status, @Nullable String to, @Nullable String visitor, UriInfo uri, String why) {
        String known = visitor == null || visitor.isEmpty() ? Sessions.mint() : visitor;
        return answers.of(status, LoginPage.login(Sessions.formToken(known), ours(to), why))
                .cookie(cookie(uri, VISITOR, known, lifeSeconds()))
                .build();
    }

    private int lifeSeconds() {
        return Math.toIntExact(sessions.max().toSeconds());
    }

    private static boolean isOurs(@Nullable String form, @Nullable String cookie) {
        return form != null
                && cookie != null
                && !cookie.isEmpty()
                && MessageDigest.isEqual(
                        form.getBytes(StandardCharsets.UTF_8),
                        Sessions.formToken(cookie).getBytes(StandardCharsets.UTF_8));
    }

    private static String ours(@Nullable String to) {
        return to != null && OURS.matcher(to).matches() ? to : "/";
    }

    private static NewCookie cookie(UriInfo uri, String name, String value, int seconds) {
        return new NewCookie.Builder(name)
                .value(value)
                .path("/")
                .httpOnly(true)
                .sameSite(NewCookie.SameSite.STRICT)
                .secure("https".equals(uri.getBaseUri().getScheme()))
                .maxAge(seconds)
                .build();
    }
}
