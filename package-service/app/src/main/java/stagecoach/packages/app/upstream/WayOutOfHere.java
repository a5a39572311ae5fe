package stagecoach.packages.app.upstream;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.feeds.protocol.Feeds;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.feeds.transport.WayOut.InnerHosts;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.trust.DirectHosts;
import stagecoach.trust.HttpProxy;
import stagecoach.trust.HttpProxy.Login;
import stagecoach.trust.ServerAddresses;

/** How feeds are reached from this server, as its environment says. */
class WayOutOfHere {
    /** A port that proxies usually have. */
    private static final int PROXY_PORT = 3128;

    private static final String PROXY = "STAGECOACH_FEED_PROXY";
    private static final String LOGIN = "STAGECOACH_FEED_PROXY_CREDENTIALS";
    private static final String LOGIN_FILE = "STAGECOACH_FEED_PROXY_CREDENTIALS_FILE";

    /**
     * Before anybody makes the first HTTP client of this process.
     *
     * @param way is read now, so that what is wrong with it ends the start
     */
    void allowHeaders(@Observes @Priority(0) StartupEvent event, WayOut way) {
        ServerAddresses.allowHostHeader();
        HttpProxy.allowBasic();
    }

    @Produces
    @Singleton
    Feeds feeds(WayOut way, Mounts mounts) {
        return new Feeds(FeedRules.USUAL, way, mounts);
    }

    /** Made once: what it reads is read at the start. */
    @Produces
    @Singleton
    WayOut way(
            @ConfigProperty(name = "STAGECOACH_FEED_CERTIFICATES") Optional<String> certificates,
            @ConfigProperty(name = PROXY) Optional<String> proxy,
            @ConfigProperty(name = "STAGECOACH_FEED_NO_PROXY") Optional<String> direct,
            @ConfigProperty(name = LOGIN) Optional<String> login,
            @ConfigProperty(name = LOGIN_FILE) Optional<String> loginFile,
            @ConfigProperty(name = "STAGECOACH_FEED_INNER_HOSTS") Optional<String> innerHosts) {
        return new WayOut(
                certificates.map(Path::of),
                proxy(proxy, login, loginFile),
                direct.map(DirectHosts::parse).orElse(DirectHosts.OF_MACHINE),
                innerHosts.map(InnerHosts::parse).orElse(InnerHosts.NONE));
    }

    /**
     * The proxy before the feeds.
     *
     * @param login {@code USER:PASSWORD}
     * @param loginFile a file whose first line is that
     * @throws IllegalArgumentException with a sentence, which repeats nothing secret
     */
    static Optional<HttpProxy> proxy(
            Optional<String> url, Optional<String> login, Optional<String> loginFile) {
        if (login.isPresent() && loginFile.isPresent()) {
            throw new IllegalArgumentException(
                    "Both %s and %s are set. Leave one out.".formatted(LOGIN, LOGIN_FILE));
        }
        Optional<Login> shown =
                login.map(text -> Login.parse(LOGIN, text))
                        .or(() -> loginFile.map(WayOutOfHere::inFile));
        if (url.isEmpty() && shown.isPresent()) {
            throw new IllegalArgumentException(
                    "There are credentials for a proxy (%s), and no proxy. Name it in %s."
                            .formatted(login.isPresent() ? LOGIN : LOGIN_FILE, PROXY));
        }
        Optional<HttpProxy> named = url.map(text -> HttpProxy.parse(PROXY, text, PROXY_PORT));
        if (named.flatMap(HttpProxy::login).isPresent()) {
            throw new IllegalArgumentException(
                    "%s holds a user, which others may see there. Leave user and password out, and give them in %s or in a file that %s names."
                            .formatted(PROXY, LOGIN, LOGIN_FILE));
        }
        return named.map(before -> before.with(shown));
    }

    private static Login inFile(String file) {
        try (BufferedReader lines = Files.newBufferedReader(Path.of(file))) {
            return Login.parse(file, String.valueOf(lines.readLine()).strip());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s names %s, which cannot be read: %s"
                            .formatted(LOGIN_FILE, file, e.getMessage()),
                    e);
        }
    }

    void close(@Disposes Feeds feeds) {
        feeds.close();
    }
}
