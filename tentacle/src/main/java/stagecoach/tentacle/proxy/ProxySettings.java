package stagecoach.tentacle.proxy;

import java.util.Optional;
import stagecoach.trust.HttpProxy;

/**
 * What a person has settled about proxies; what is empty is left to the environment.
 *
 * @param proxy {@code http://HOST:PORT}, or {@link #NONE}
 * @param except the servers that are reached directly, in the form of {@code NO_PROXY}
 * @param credentialsFile a file whose first line is {@code USER:PASSWORD}
 */
public record ProxySettings(
        Optional<String> proxy, Optional<String> except, Optional<String> credentialsFile) {
    /** No proxy, whatever the environment says. */
    public static final String NONE = "none";

    /** As the environment says. */
    public static final String ENVIRONMENT = "environment";

    /** Nothing is settled. */
    public static final ProxySettings USUAL =
            new ProxySettings(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * The same with what was typed; what was not typed stays, and {@link #ENVIRONMENT} takes away
     * what was settled before.
     *
     * @throws IllegalArgumentException with a sentence
     */
    public ProxySettings with(
            Optional<String> typedProxy,
            Optional<String> typedExcept,
            Optional<String> typedCredentialsFile) {
        typedProxy
                .filter(text -> !text.equals(NONE) && !text.equals(ENVIRONMENT))
                .ifPresent(ProxySettings::check);
        return new ProxySettings(
                typed(typedProxy, proxy),
                typed(typedExcept, except),
                typed(typedCredentialsFile, credentialsFile));
    }

    private static Optional<String> typed(Optional<String> now, Optional<String> before) {
        return now.or(() -> before).filter(text -> !text.equals(ENVIRONMENT));
    }

    private static void check(String text) {
        if (HttpProxy.parse("--proxy", text, Routes.PORT_USUAL).login().isPresent()) {
            throw new IllegalArgumentException(
                    "--proxy: leave out the user and the password, for other users of the machine can see them in the list of processes. Write them into a file and name it with --proxy-credentials-file.");
        }
    }
}
