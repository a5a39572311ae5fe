package stagecoach.orchestrator.app.catalog.variables;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

/** A project's variables as the API tells them: sensitive values are there, and not shown. */
@Schema(name = "Variables")
public record VariablesView(@Schema(required = true) List<VariableView> variables) {
    /** The view of {@code variables}. */
    public static VariablesView of(List<Variable> variables) {
        return new VariablesView(variables.stream().map(VariableView::of).toList());
    }

    /**
     * A value.
     *
     * @param value null if it is sensitive; sent back as null, it stays what it is
     * @param prompt asks for another value at each deployment; left out if nothing is asked
     */
    @Schema(name = "Variable")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record VariableView(
            @Schema(required = true) String name,
            @Schema(nullable = true) @Nullable String value,
            boolean sensitive,
            @Schema(readOnly = true) boolean hasValue,
            ScopeView scope,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PromptView prompt) {
        static VariableView of(Variable variable) {
            return new VariableView(
                    variable.name(),
                    variable.sensitive() ? null : variable.value(),
                    variable.sensitive(),
                    variable.prompt().isEmpty() || !variable.value().isEmpty(),
                    ScopeView.of(variable.scope()),
                    variable.prompt()
                            .map(asked -> new PromptView(asked.label(), asked.required()))
                            .orElse(null));
        }
    }

    /**
     * A question for a deployment.
     *
     * @param label the variable's name if it is left out
     * @param required whether a deployment must bring an answer that is not empty; false if it is
     *     left out
     */
    @Schema(name = "Prompt")
    public record PromptView(String label, boolean required) {}

    /** Where a value holds; empty lists leave a dimension open. */
    @Schema(name = "Scope")
    public record ScopeView(
            List<String> environments,
            List<String> targets,
            List<String> tags,
            List<String> steps,
            List<String> regions) {
        static ScopeView of(Scope scope) {
            return new ScopeView(
                    words(scope.environments(), EnvironmentId::value),
                    words(scope.targets(), TargetId::value),
                    words(scope.tags(), Tag::value),
                    words(scope.steps(), StepName::value),
                    words(scope.regions(), RegionId::value));
        }

        private static <T> List<String> words(List<T> ids, Function<T, String> value) {
            return ids.stream().map(value).toList();
        }
    }
}
