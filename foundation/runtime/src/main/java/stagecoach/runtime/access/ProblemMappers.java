package stagecoach.runtime.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Catches every exception that leaves a resource; {@link Problems} says what becomes of it. */
@Singleton
public class ProblemMappers {
    private final Problems problems;

    ProblemMappers(Problems problems) {
        this.problems = problems;
    }

    /** What the framework refuses. */
    @ServerExceptionMapper
    public Response web(WebApplicationException failure) {
        return problems.of(failure);
    }

    /** A body of another form than asked for: the framework has a mapper of its own for these. */
    @ServerExceptionMapper
    public Response mismatch(MismatchedInputException failure) {
        return problems.of(failure);
    }

    /** A body that is no JSON. */
    @ServerExceptionMapper
    public Response json(JsonProcessingException failure) {
        return problems.of(failure);
    }

    /** Everything else. */
    @ServerExceptionMapper
    public Response any(Throwable failure) {
        return problems.of(failure);
    }
}
