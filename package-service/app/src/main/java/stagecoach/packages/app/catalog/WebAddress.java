package stagecoach.packages.app.catalog;

import java.net.URI;
import java.util.Set;

/** An address of a server, as people configure it. */
public final class WebAddress {
    private WebAddress() {}

    /**
     * Reads an absolute https or http URL.
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
        if (uri.getHost() == null
                || !Set.of("https", "http").contains(String.valueOf(uri.getScheme()))) {
            throw new IllegalArgumentException(
                    "\"%s\" is no absolute https or http URL.".formatted(text));
        }
        return uri;
    }
}
