package stagecoach.packages.app.nuget;

import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.upstream.ReadThrough;
import stagecoach.packages.app.upstream.ReadThrough.NoRoomException;
import stagecoach.packages.app.upstream.ReadThrough.UnderwayException;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.runtime.access.Problems;

/** What NuGet clients are told where a feed outside has to answer, and does not. */
@Singleton
class FromOutside {
    private final ReadThrough readThrough;
    private final Problems problems;

    FromOutside(ReadThrough readThrough, Problems problems) {
        this.readThrough = readThrough;
        this.problems = problems;
    }

    interface Question<R> {
        Optional<R> ask(ReadThrough readThrough)
                throws FeedException, InterruptedException, UnderwayException, NoRoomException;
    }

    /**
     * The answer; what a feed outside does wrong is a 502, what takes longer a 503, and what finds
     * no room on our disk a 507. To another server of our kind, perhaps ourselves, we are no way to
     * feeds outside: two that read through each other would ask for ever.
     */
    <R> Optional<R> asked(HttpHeaders asked, Question<R> question) {
        if (asked.getRequestHeader("Via").stream().anyMatch(via -> via.contains(FeedHttp.VIA))) {
            return Optional.empty();
        }
        try {
            return question.ask(readThrough);
        } catch (FeedException e) {
            throw new WebApplicationException(
                    problems.response(502, "feed-trouble", String.valueOf(e.getMessage())));
        } catch (NoRoomException e) {
            throw new WebApplicationException(
                    problems.response(507, "disk-full", String.valueOf(e.getMessage())));
        } catch (UnderwayException e) {
            throw new Rejection(
                    Rejection.Kind.NOT_YET,
                    "packages-on-their-way",
                    String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Rejection(
                    Rejection.Kind.NOT_YET, "unavailable", "The server is being stopped.");
        }
    }
}
