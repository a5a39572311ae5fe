package stagecoach.packages.app.nuget;

import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.upstream.Deadline;
import stagecoach.packages.app.upstream.ReadThrough;
import stagecoach.packages.app.upstream.ReadThrough.NoRoomException;
import stagecoach.packages.app.upstream.ReadThrough.UnderwayException;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Problems;

/**
 * What NuGet clients are told where a feed outside has to answer, and does not. Why it does not
 * names feeds, their servers and their users, which is for those who show a key; anybody else whom
 * a public feed lets in learns the id under which the log says it.
 */
@Singleton
class FromOutside {
    /** Less than the 100 seconds that NuGet's clients wait for an answer to begin. */
    private static final Duration PATIENCE = Duration.ofSeconds(80);

    private final LoggedCauses logged = new LoggedCauses();
    private final ReadThrough readThrough;
    private final Problems problems;
    private final Caller caller;

    FromOutside(ReadThrough readThrough, Problems problems, Caller caller) {
        this.readThrough = readThrough;
        this.problems = problems;
        this.caller = caller;
    }

    /** For an answer that is asked for now. */
    static Deadline deadline() {
        return Deadline.in(PATIENCE);
    }

    interface Question<R> {
        Optional<R> ask(ReadThrough readThrough, Deadline deadline)
                throws FeedException, InterruptedException, UnderwayException, NoRoomException;
    }

    /**
     * The answer; what a feed outside does wrong is a 502, what takes longer a 503, and what finds
     * no room on our disk a 507. To another server of our kind, perhaps ourselves, we are no way to
     * feeds outside: two that read through each other would ask for ever.
     */
    <R> Optional<R> asked(HttpHeaders asked, Deadline deadline, Question<R> question) {
        if (asked.getRequestHeader("Via").stream().anyMatch(via -> via.contains(FeedHttp.VIA))) {
            return Optional.empty();
        }
        try {
            return question.ask(readThrough, deadline);
        } catch (FeedException e) {
            throw new WebApplicationException(
                    problems.response(
                            502,
                            "feed-trouble",
                            told(
                                    e,
                                    "The feed outside that this comes from does not give it right now.")));
        } catch (NoRoomException e) {
            throw new WebApplicationException(
                    problems.response(
                            507,
                            "disk-full",
                            told(
                                    e,
                                    "This comes from a feed outside, and the server has no room for it.")));
        } catch (UnderwayException e) {
            throw new Rejection(
                    Rejection.Kind.NOT_YET,
                    "packages-on-their-way",
                    isKnown()
                            ? String.valueOf(e.getMessage())
                            : "This comes from a feed outside and is on its way. Ask again in a moment.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Rejection(
                    Rejection.Kind.NOT_YET, "unavailable", "The server is being stopped.");
        }
    }

    private boolean isKnown() {
        return !caller.id().isEmpty();
    }

    private String told(Exception reason, String withoutNames) {
        String cause = String.valueOf(reason.getMessage());
        return isKnown()
                ? cause
                : "%s The server's log says why under %s."
                        .formatted(withoutNames, logged.of(cause));
    }
}
