package stagecoach.tentacle.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.PrivateFiles;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.MachineAddress;
import stagecoach.wire.StagecoachJson;

/**
 * What enrolment has settled, or the command {@code listen}.
 *
 * @param agent who this machine is
 * @param gateway {@code https://host:port} of the agent port; empty of a machine that is dialled
 * @param bytes {@code https://host:port} of the port that packages are read from, if there is one
 * @param gatewayThumbprint the certificate that both ports must show, or one of {@link
 *     Listening#others}
 * @param keep how the machine keeps packages
 * @param proxy what a person has settled about the ways to servers
 * @param listening where the machine is dialled; empty of one that dials
 */
public record Settings(
        AgentId agent,
        Optional<URI> gateway,
        Optional<URI> bytes,
        Thumbprint gatewayThumbprint,
        KeepRules keep,
        ProxySettings proxy,
        Optional<Listening> listening) {
    /** Why a machine cannot use the server's port for bytes, and what to do; no whole sentence. */
    public static final String BYTES_UNKNOWN =
            "this machine was never told the server's port for bytes: run its tentacle with --bytes https://HOST:PORT, or settle that for good, with a new enrolment or with listen, if the gateway dials it";

    /**
     * Where a machine is dialled.
     *
     * @param host the address that it listens at
     * @param others the certificates of further gateways that may dial it, and serve packages
     */
    public record Listening(String host, int port, List<Thumbprint> others) {
        private static final int PORT_MAX = 65_535;
        private static final String EVERYWHERE = "0.0.0.0";

        /** Copies the thumbprints. */
        public Listening {
            others = others == null ? List.of() : List.copyOf(others);
        }

        /**
         * Reads {@code PORT}, or {@code HOST:PORT} to listen at one address only.
         *
         * @throws IllegalArgumentException with a sentence
         */
        public static Listening parse(String text, List<Thumbprint> others) {
            if (text.matches("[0-9]{1,5}")) {
                int port = Integer.parseInt(text);
                if (port >= 1 && port <= PORT_MAX) {
                    return new Listening(EVERYWHERE, port, others);
                }
            } else if (text.contains(":")) {
                MachineAddress address = MachineAddress.parse(text);
                return new Listening(address.host(), address.port(), others);
            }
            throw new IllegalArgumentException(
                    "'%s' is no port to listen at. Write a number from 1 to %d, or host:port."
                            .formatted(text, PORT_MAX));
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** What an enrolment wrote before there were rules counts as the usual ones. */
    public Settings {
        keep = keep == null ? KeepRules.USUAL : keep;
        proxy = proxy == null ? ProxySettings.USUAL : proxy;
    }

    /** Of a machine that dials, with the usual rules. */
    public Settings(AgentId agent, URI gateway, Optional<URI> bytes, Thumbprint thumbprint) {
        this(
                agent,
                Optional.of(gateway),
                bytes,
                thumbprint,
                KeepRules.USUAL,
                ProxySettings.USUAL,
                Optional.empty());
    }

    /** Of a machine that is dialled, with the usual rules. */
    public Settings(
            AgentId agent, Listening listening, Optional<URI> bytes, Thumbprint thumbprint) {
        this(
                agent,
                Optional.empty(),
                bytes,
                thumbprint,
                KeepRules.USUAL,
                ProxySettings.USUAL,
                Optional.of(listening));
    }

    /** The certificates of the gateways that this machine knows, at both ports. */
    public Set<Thumbprint> trusted() {
        Set<Thumbprint> all = new LinkedHashSet<>();
        all.add(gatewayThumbprint);
        listening.ifPresent(where -> all.addAll(where.others()));
        return all;
    }

    /** The same, with endpoints given for this run only. */
    public Settings through(Optional<URI> otherGateway, Optional<URI> otherBytes) {
        return new Settings(
                agent,
                listening.isPresent() ? gateway : otherGateway.or(() -> gateway),
                otherBytes.or(() -> bytes),
                gatewayThumbprint,
                keep,
                proxy,
                listening);
    }

    /** The same, with rules given for this run only. */
    public Settings keeping(KeepRules rules) {
        return new Settings(agent, gateway, bytes, gatewayThumbprint, rules, proxy, listening);
    }

    /** The same, with this settled about the ways to servers. */
    public Settings via(ProxySettings other) {
        return new Settings(agent, gateway, bytes, gatewayThumbprint, keep, other, listening);
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
