package stagecoach.vocabulary.template.filter;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The parts of a URI, called as in Octopus Deploy; one that is not there is empty. */
public final class UriParts {
    private enum Part {
        ABSOLUTE_URI("AbsoluteUri"),
        ABSOLUTE_PATH("AbsolutePath"),
        AUTHORITY("Authority"),
        FRAGMENT("Fragment"),
        HOST("Host"),
        HOST_AND_PORT("HostAndPort"),
        PATH_AND_QUERY("PathAndQuery"),
        PORT("Port"),
        QUERY("Query"),
        SCHEME("Scheme"),
        USER_INFO("UserInfo");

        private final String word;

        Part(String word) {
            this.word = word;
        }
    }

    private UriParts() {}

    /**
     * A part.
     *
     * @throws FilterFailure if there is no such part, or the value is no URI
     */
    public static String of(String value, String part) {
        Part asked = part(part);
        URI uri;
        try {
            uri = new URI(value.strip());
        } catch (URISyntaxException e) {
            throw new FilterFailure("UriPart was given a value that is no URI.");
        }
        String query = Optional.ofNullable(uri.getRawQuery()).map(text -> "?" + text).orElse("");
        return switch (asked) {
            case ABSOLUTE_URI -> uri.toString();
            case ABSOLUTE_PATH -> text(uri.getRawPath());
            case AUTHORITY, HOST_AND_PORT ->
                    text(uri.getHost()) + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
            case FRAGMENT ->
                    Optional.ofNullable(uri.getRawFragment()).map(text -> "#" + text).orElse("");
            case HOST -> text(uri.getHost());
            case PATH_AND_QUERY -> text(uri.getRawPath()) + query;
            case PORT -> port(uri);
            case QUERY -> query;
            case SCHEME -> text(uri.getScheme()).toLowerCase(Locale.ROOT);
            case USER_INFO -> text(uri.getRawUserInfo());
        };
    }

    /** Refuses the name of no part. */
    public static void check(String part) {
        var _ = part(part);
    }

    private static Part part(String word) {
        return Arrays.stream(Part.values())
                .filter(part -> part.word.equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new FilterFailure(
                                        "Argument 1 of UriPart is no part of a URI; there are "
                                                + Arrays.stream(Part.values())
                                                        .map(part -> part.word)
                                                        .collect(Collectors.joining(", "))
                                                + "."));
    }

    private static String port(URI uri) {
        if (uri.getPort() >= 0) {
            return Integer.toString(uri.getPort());
        }
        return switch (text(uri.getScheme()).toLowerCase(Locale.ROOT)) {
            case "http" -> "80";
            case "https" -> "443";
            case "ftp" -> "21";
            default -> "";
        };
    }

    private static String text(@Nullable String part) {
        return part == null ? "" : part;
    }
}
