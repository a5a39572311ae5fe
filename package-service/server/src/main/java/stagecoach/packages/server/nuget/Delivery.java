package stagecoach.packages.server.nuget;

import java.util.LinkedHashMap;
import java.util.Map;
import stagecoach.vocabulary.packages.Sha512;

/**
 * How content that never changes is to be sent for a request (RFC 9110, sections 13 and 14):
 * decided here once, so that whoever sends packages can be resumed in the same way.
 *
 * <p>At most one range is sent; a request for several gets the whole, as the RFC allows.
 */
public sealed interface Delivery {

    /** The strong entity tag of the content. */
    String etag();

    /** 200: all of it. */
    record Whole(String etag, long size) implements Delivery {}

    /** 206: {@code length} bytes from the byte {@code from} on, of {@code size} in all. */
    record Part(String etag, long from, long length, long size) implements Delivery {}

    /** 304: the client has it already. */
    record NotModified(String etag) implements Delivery {}

    /** 416: nothing of what was asked for exists. */
    record Unsatisfiable(String etag, long size) implements Delivery {}

    /** The strong entity tag of content with that digest. */
    static String etag(Sha512 digest) {
        return "\"" + digest.hex() + "\"";
    }

    /** Decides how to send content of that digest and that many bytes. */
    static Delivery of(ReadRequest request, Sha512 digest, long size) {
        var etag = etag(digest);
        if (request.ifNoneMatch().filter(tags -> Conditions.anyMatches(tags, etag)).isPresent()) {
            return new NotModified(etag);
        }
        var whole = new Whole(etag, size);
        // A range is defined for GET alone, and only makes sense for the content it was begun with.
        if (request.head()
                || request.ifRange().filter(tag -> !Conditions.is(tag, etag)).isPresent()) {
            return whole;
        }
        return request.range()
                .flatMap(ByteRange::parse)
                .map(range -> range.of(etag, size))
                .orElse(whole);
    }

    /** The status code of the answer. */
    default int status() {
        return switch (this) {
            case Whole _ -> 200;
            case Part _ -> 206;
            case NotModified _ -> 304;
            case Unsatisfiable _ -> 416;
        };
    }

    /** Where the body begins in the content, in bytes. */
    default long bodyFrom() {
        return this instanceof Part part ? part.from() : 0;
    }

    /** How many bytes of the content are the body; for {@code HEAD} they are only counted. */
    default long bodyLength() {
        return switch (this) {
            case Whole whole -> whole.size();
            case Part part -> part.length();
            case NotModified _, Unsatisfiable _ -> 0;
        };
    }

    /** The headers of the answer that follow from the decision. */
    default Map<String, String> headers() {
        var headers = new LinkedHashMap<String, String>();
        headers.put("ETag", etag());
        headers.put("Accept-Ranges", "bytes");
        switch (this) {
            case Part(_, var from, var length, var size) ->
                    headers.put(
                            "Content-Range",
                            "bytes " + from + "-" + (from + length - 1) + "/" + size);
            case Unsatisfiable(_, var size) -> headers.put("Content-Range", "bytes */" + size);
            case Whole _, NotModified _ -> {}
        }
        if (!(this instanceof NotModified)) {
            headers.put("Content-Length", Long.toString(bodyLength()));
        }
        return headers;
    }
}
