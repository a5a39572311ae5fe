package stagecoach.tentacle.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.PrivateFiles;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.wire.StagecoachJson;

/**
 * What enrolment has settled.
 *
 * @param agent who this machine is
 * @param gateway {@code https://host:port} of the agent port
 * @param bytes {@code https://host:port} of the port that packages are read from, if there is one
 * @param gatewayThumbprint the certificate that both ports must show
 * @param keep how the machine keeps packages
 * @param proxy what a person has settled about the ways to servers
 */
public record Settings(
        AgentId agent,
        URI gateway,
        Optional<URI> bytes,
        Thumbprint gatewayThumbprint,
        KeepRules keep,
        ProxySettings proxy) {

    /** What an enrolment wrote before there were rules counts as the usual ones. */
    public Settings {
        keep = keep == null ? KeepRules.USUAL : keep;
        proxy = proxy == null ? ProxySettings.USUAL : proxy;
    }

    /** The usual rules. */
    public Settings(AgentId agent, URI gateway, Optional<URI> bytes, Thumbprint thumbprint) {
        this(agent, gateway, bytes, thumbprint, KeepRules.USUAL, ProxySettings.USUAL);
    }

    /** The same, with endpoints given for this run only. */
    public Settings through(Optional<URI> otherGateway, Optional<URI> otherBytes) {
        return new Settings(
                agent,
                otherGateway.orElse(gateway),
                otherBytes.or(() -> bytes),
                gatewayThumbprint,
                keep,
                proxy);
    }

    /** The same, with rules given for this run only. */
    public Settings keeping(KeepRules rules) {
        return new Settings(agent, gateway, bytes, gatewayThumbprint, rules, proxy);
    }

    /** The same, with this settled about the ways to servers. */
    public Settings via(ProxySettings other) {
        return new Settings(agent, gateway, bytes, gatewayThumbprint, keep, other);
    }

    /**
     * The ways to servers, as settled and as this process's environment has it.
     *
     * @throws IllegalArgumentException with a sentence, if what is written there makes no sense
     */
    public Routes routes() throws IOException {
        return Routes.of(proxy, System.getenv());
    }

    /**
     * Reads an endpoint that a person typed.
     *
     * @param option where it was typed, for the sentence
     * @throws IllegalArgumentException with a sentence unless it is {@code https://host:port}
     */
    public static URI endpoint(String option, String text) {
        try {
            URI uri = URI.create(text);
            if ("https".equals(lower(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))) {
                return URI.create(
                        "https://"
                                + uri.getHost()
                                + ":"
                                + (uri.getPort() < 0 ? 443 : uri.getPort()));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(refusal(option, text), e);
        }
        throw new IllegalArgumentException(refusal(option, text));
    }

    private static String refusal(String option, String text) {
        return "%s: '%s' is no endpoint of a gateway. Write it as https://host:port."
                .formatted(option, text);
    }

    private static String lower(@Nullable String scheme) {
        return scheme == null ? "" : scheme.toLowerCase(Locale.ROOT);
    }

    static Settings read(Path file) throws IOException {
        try {
            return StagecoachJson.read(Files.readAllBytes(file), Settings.class);
        } catch (UncheckedIOException e) {
            throw new IOException(
                    "%s cannot be understood. Enrol the machine again.".formatted(file), e);
        }
    }

    void write(Path file) throws IOException {
        PrivateFiles.write(file, StagecoachJson.bytes(this));
    }
}
