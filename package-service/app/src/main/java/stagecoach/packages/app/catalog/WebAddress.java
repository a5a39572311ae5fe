package stagecoach.packages.app.catalog;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import stagecoach.trust.ServerUrl;

/** An address of a server, as people configure it. */
public final class WebAddress {
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]+){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    private WebAddress() {}

    /**
     * Reads an absolute https or http URL; its scheme comes in lower case.
     *
     * @throws IllegalArgumentException with a sentence, if it is none
     */
    public static URI parse(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"%s\" is no URL.".formatted(text), e);
        }
        if (!ServerUrl.isWeb(uri)) {
            throw new IllegalArgumentException(
                    "\"%s\" is no absolute https or http URL.".formatted(text));
        }
        String scheme = uri.getScheme();
        return URI.create(scheme.toLowerCase(Locale.ROOT) + text.substring(scheme.length()));
    }

    /** Whether others on the way could read what is sent there; within a machine nobody is. */
    public static boolean isReadable(URI url) {
        return ServerUrl.isWeb(url)
                && !ServerUrl.isSecure(url)
                && !LOOPBACK.matcher(url.getHost()).matches();
    }

    /**
     * Whether two lead to the same server; a secret that was given for one must not be sent to
     * another by a change of url.
     */
    public static boolean isSameServer(String one, String other) {
        return one.equals(other) || ServerUrl.isSameServer(URI.create(one), URI.create(other));
    }
}
