package stagecoach.orchestrator.app.page.session;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.access.browser.Visitors;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.Digest;

/**
 * Who has signed in. A session is a row, so that every pod knows it and it ends at once; the cookie
 * holds 256 random bits, of which the row has the hash. It ends when its holder signs out, after
 * its time, and with the API key that opened it.
 */
@Singleton
public class Sessions implements Visitors {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final UnitOfWork unitOfWork;
    private final KeyCheck keys;
    private final Clock clock;
    private final Duration max;

    Sessions(
            UnitOfWork unitOfWork,
            KeyCheck keys,
            Clock clock,
            @ConfigProperty(name = "stagecoach.page.session-max", defaultValue = "12h")
                    Duration max) {
        this.unitOfWork = unitOfWork;
        this.keys = keys;
        this.clock = clock;
        this.max = max;
    }

    /** 256 random bits as a cookie holds them. */
    static String mint() {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** What a form must send along: only a page of ours can tell it from the cookie. */
    public static String formToken(String cookie) {
        return Digest.of("form of " + cookie).value();
    }

    /** Opens a session for the holder of a key; what its cookie is to hold. */
    String open(ApiKey key) {
        String session = mint();
        var now = clock.instant();
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                """
                                INSERT INTO page_session (id, key_sha256, opened_at, ends_at)
                                VALUES (?1, ?2, ?3, ?4)""",
                                Digest.of(session).value(),
                                key.sha256(),
                                now,
                                now.plus(max)));
        return session;
    }

    @Override
    public Optional<ApiKey> holder(String session) {
        return unitOfWork
                .run(
                        tx ->
                                tx.select(
                                        "SELECT key_sha256 FROM page_session WHERE id = ?1 AND ends_at > ?2",
                                        Digest.of(session).value(),
                                        clock.instant()))
                .stream()
                .findFirst()
                .flatMap(row -> keys.ofHash(row.text(0)));
    }

    /** Ends a session; nobody is known by it from now on. */
    void close(String session) {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "DELETE FROM page_session WHERE id = ?1",
                                Digest.of(session).value()));
    }

    /** How long one lasts that nobody ends. */
    Duration max() {
        return max;
    }

    /** A browser is led to the page to sign in; what a page asks for in the background is not. */
    @Override
    public Response stranger(String path) {
        if (path.endsWith("/live")) {
            return Response.status(Response.Status.UNAUTHORIZED).build();
        }
        String to =
                path.equals("/") ? "" : "?to=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
        // The filter has no request at hand by which an address could be made absolute.
        return Response.status(Response.Status.SEE_OTHER)
                .header(HttpHeaders.LOCATION, "/login" + to)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
