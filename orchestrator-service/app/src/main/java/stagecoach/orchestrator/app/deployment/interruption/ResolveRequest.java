package stagecoach.orchestrator.app.deployment.interruption;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PlainText;

/** An answer to an interruption. */
@Schema(name = "ResolveRequest")
record ResolveRequest(@Schema(required = true) Choice choice, @Nullable String notes) {
    private static final int NOTES_MAX = 10_000;

    /** The answer in {@code json}. */
    static ResolveRequest of(byte @Nullable [] json) {
        var body = JsonBody.of(json);
        Optional<Choice> choice =
                body.missing("choice") ? Optional.empty() : body.choice("choice", Choice.class);
        Optional<String> notes = body.text("notes");
        notes.filter(text -> text.length() > NOTES_MAX)
                .ifPresent(
                        _ ->
                                body.mistake(
                                        "notes",
                                        "Notes have at most %d characters.".formatted(NOTES_MAX)));
        notes.ifPresent(text -> PlainText.checkLines(body, "notes", text));
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return new ResolveRequest(choice.orElseThrow(), notes.orElse(null));
    }
}
