package stagecoach.orchestrator.app.release;

import java.net.URI;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import stagecoach.runtime.access.Idempotency;

/** Answers that are remembered, as responses. */
public final class Answers {
    private Answers() {}

    /** The response that says what the answer says. */
    public static RestResponse<String> of(Idempotency.Answer answer) {
        var builder =
                ResponseBuilder.<String>create(answer.status())
                        .header("Content-Type", "application/json");
        answer.body().ifPresent(builder::entity);
        answer.location().map(URI::create).ifPresent(builder::location);
        return builder.build();
    }
}
