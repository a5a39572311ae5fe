package stagecoach.packages.server.nuget;

import java.util.regex.Pattern;

/** Entity tags in request headers, compared with the strong one of the content. */
final class Conditions {

    private static final Pattern TAG = Pattern.compile("(?:W/)?(\"[^\"]*\")");

    private Conditions() {}

    /** Whether {@code If-None-Match} names the tag, compared weakly as that header wants it. */
    static boolean anyMatches(String ifNoneMatch, String etag) {
        return ifNoneMatch.strip().equals("*")
                || TAG.matcher(ifNoneMatch)
                        .results()
                        .anyMatch(result -> result.group(1).equals(etag));
    }

    /** Whether {@code If-Range} is the tag: a weak tag or a date never is. */
    static boolean is(String ifRange, String etag) {
        return ifRange.strip().equals(etag);
    }
}
