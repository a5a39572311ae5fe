package stagecoach.orchestrator.release;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.template.Prompt;
import stagecoach.vocabulary.template.Variable;

/** What a release asks whoever deploys it, and what of the answers cannot be. */
public final class Prompts {
    private final Release release;
    private final Optional<EnvironmentId> environment;
    private final Map<String, Question> questions = new LinkedHashMap<>();

    private Prompts(Release release, Optional<EnvironmentId> environment) {
        this.release = release;
        this.environment = environment;
        for (Variable variable : release.variables()) {
            if (holds(variable)) {
                variable.prompt()
                        .ifPresent(
                                prompt ->
                                        questions.putIfAbsent(
                                                variable.name(), new Question(variable, prompt)));
            }
        }
    }

    /**
     * A question; its answer counts wherever a value with a prompt would.
     *
     * @param variable the first of the values with that prompt: its value counts without an answer
     */
    public record Question(Variable variable, Prompt prompt) {
        /** The name of the variable. */
        public String name() {
            return variable.name();
        }
    }

    /** What is asked in an environment. */
    public static Prompts in(Release release, EnvironmentId environment) {
        return new Prompts(release, Optional.of(environment));
    }

    /** What is asked in any environment. */
    public static Prompts anywhere(Release release) {
        return new Prompts(release, Optional.empty());
    }

    private boolean holds(Variable variable) {
        var environments = variable.scope().environments();
        return environment.isEmpty()
                || environments.isEmpty()
                || environments.contains(environment.get());
    }

    /** The questions, in the order of the variables. */
    public List<Question> questions() {
        return List.copyOf(questions.values());
    }

    /**
     * What is wrong with the answers, by name, in words; the words tell no answer.
     *
     * @param answers by the names of variables
     */
    public Map<String, String> objections(Map<String, String> answers) {
        var objections = new LinkedHashMap<String, String>();
        answers.keySet().stream()
                .filter(name -> !questions.containsKey(name))
                .sorted()
                .forEach(name -> objections.put(name, whyNotAsked(name)));
        questions.forEach(
                (name, question) -> {
                    if (question.prompt().required() && answers.getOrDefault(name, "").isEmpty()) {
                        objections.put(name, missing(question));
                    }
                });
        return objections;
    }

    private String missing(Question question) {
        String asked =
                question.prompt().label().equals(question.name())
                        ? ""
                        : " (%s)".formatted(question.prompt().label());
        return "The release asks for \"%s\"%s and needs an answer that is not empty. Give it in \"variables\"."
                .formatted(question.name(), asked);
    }

    private String whyNotAsked(String name) {
        List<Variable> values =
                release.variables().stream().filter(v -> v.name().equals(name)).toList();
        if (values.isEmpty()) {
            return "The release has no variable \"%s\".%s".formatted(name, whatIsAsked());
        }
        List<String> elsewhere = new ArrayList<>();
        for (Variable value : values) {
            if (value.prompt().isPresent()) {
                value.scope().environments().forEach(e -> elsewhere.add(e.value()));
            }
        }
        return elsewhere.isEmpty()
                ? "The variable \"%s\" has its value from the release, since it has no prompt. Leave it out, or give it a prompt and make another release.%s"
                        .formatted(name, whatIsAsked())
                : "The variable \"%s\" is asked for in %s only. Leave it out."
                        .formatted(
                                name,
                                String.join(", ", elsewhere.stream().distinct().sorted().toList()));
    }

    private String whatIsAsked() {
        return questions.isEmpty()
                ? " This release asks for nothing."
                : " This release asks for: %s.".formatted(String.join(", ", questions.keySet()));
    }

    /**
     * The release with the answers for values, each taken literally; those that are not asked for
     * change nothing. Who answers what the release has as value leaves it, templates and all: no
     * more is read through it than its author wrote.
     */
    public Release answered(Map<String, String> answers) {
        return release.with(
                release.variables().stream().map(variable -> answered(variable, answers)).toList());
    }

    private Variable answered(Variable variable, Map<String, String> answers) {
        Question question = questions.get(variable.name());
        String answer = answers.get(variable.name());
        if (variable.prompt().isEmpty() || question == null || answer == null) {
            return variable;
        }
        var first = question.variable();
        return !first.sensitive() && answer.equals(first.value())
                ? variable.withValueOf(first)
                : variable.answered(answer);
    }
}
