package stagecoach.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The server understood and refused: an RFC 9457 problem. */
public final class ApiProblem extends RuntimeException {
    private final int status;
    private final List<Detail> details;

    /** One wrong place: a JSON pointer into the body that was sent, and what to change. */
    public record Detail(String pointer, String sentence) {}

    private ApiProblem(int status, String sentence, List<Detail> details) {
        super(sentence);
        this.status = status;
        this.details = List.copyOf(details);
    }

    /** Reads an answer with a status of 400 or more; {@code body} may be no JSON at all. */
    static ApiProblem of(int status, JsonNode body) {
        var details = new ArrayList<Detail>();
        for (JsonNode error : body.path("errors")) {
            details.add(
                    new Detail(
                            Shown.line(error.path("pointer").asText()),
                            Shown.line(error.path("detail").asText())));
        }
        String sentence = Shown.line(body.path("detail").asText(body.path("title").asText("")));
        return new ApiProblem(
                status, sentence.isEmpty() ? "the server answered " + status : sentence, details);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The sentence for a person. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** Every wrong place; empty unless the body was wrong. */
    public List<Detail> details() {
        return details;
    }
}
