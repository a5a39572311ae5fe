package stagecoach.packages.app.nuget;

import jakarta.ws.rs.core.UriInfo;
import stagecoach.packages.server.nuget.FeedUrls;

/** Where the feed is, by the way that the client came. */
final class FeedFolder {
    static final String PATH = "/nuget/v3/";

    private FeedFolder() {}

    /** The addresses of the feed's documents for a request to any of them. */
    static FeedUrls urls(UriInfo uri) {
        String address = uri.getAbsolutePath().toString();
        return new FeedUrls(address.substring(0, address.indexOf(PATH)) + PATH);
    }
}
