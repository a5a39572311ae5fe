package stagecoach.orchestrator.app.catalog.variables;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.template.Prompt;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.Variable;
import stagecoach.vocabulary.template.VariableNames;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.VariableSet;

/**
 * Reads {@code {"variables":[…]}}. A sensitive value that is left out stays what it was, so that
 * what was read can be sent back.
 */
public final class VariableReader {
    /** The most values that a project may have. */
    private static final int VALUES_MAX = 1_000;

    /** The longest value, in characters. */
    private static final int LENGTH_MAX = 64 * 1024;

    private static final int LABEL_MAX = 200;

    private final KnownNames names;
    private final List<Variable> present;

    /**
     * A reader.
     *
     * @param names what scopes may refer to
     * @param present the values as they are now
     */
    public VariableReader(KnownNames names, List<Variable> present) {
        this.names = names;
        this.present = List.copyOf(present);
    }

    /**
     * The variables in {@code body}.
     *
     * @throws stagecoach.runtime.access.InvalidInput with everything that is wrong with them
     */
    public List<Variable> read(JsonBody body) {
        Map<Integer, Variable> byPosition = new LinkedHashMap<>();
        if (!body.missing("variables")) {
            List<Optional<JsonBody>> given = body.objects("variables").orElse(List.of());
            if (given.size() > VALUES_MAX) {
                body.mistake(
                        "variables",
                        "A project has at most %d values, not %d. Keep large configuration in a package."
                                .formatted(VALUES_MAX, given.size()));
            }
            for (int i = 0; i < Math.min(given.size(), VALUES_MAX); i++) {
                int position = i;
                given.get(i)
                        .flatMap(this::variable)
                        .ifPresent(variable -> byPosition.put(position, variable));
            }
        }
        body.refuseUnknown();
        refuseCollisions(body, byPosition);
        refusePromptsThatDiffer(body, byPosition);
        refuseAmbiguities(body, byPosition);
        refuseCircles(body, byPosition);
        body.mistakes().refuseIfAny();
        return List.copyOf(byPosition.values());
    }

    private Optional<Variable> variable(JsonBody body) {
        Optional<String> name = body.requiredText("name");
        name.filter(text -> !VariableNames.allows(text))
                .ifPresent(
                        text ->
                                body.mistake(
                                        "name",
                                        "\"%s\" is no variable name: begin with a letter, a digit or an underscore and go on with those, dots, colons, hyphens and indices in brackets, at most %d characters. A name that is an XPath begins with a slash."
                                                .formatted(
                                                        shortened(text),
                                                        VariableNames.LENGTH_MAX)));
        name.filter(VariableNames::isReserved)
                .ifPresent(
                        text ->
                                body.mistake(
                                        "name",
                                        "\"%s\" begins with Stagecoach., which is ours. Choose another name."
                                                .formatted(text)));
        boolean sensitive = body.flag("sensitive").orElse(false);
        Scope scope = body.object("scope").map(this::scope).orElse(Scope.EVERYWHERE);
        body.ignore("hasValue");
        Optional<Prompt> prompt =
                body.object("prompt").map(asked -> prompt(asked, name.orElse("")));
        Optional<String> value =
                body.has("value")
                        ? value(body, sensitive)
                        : kept(body, name.orElse(""), sensitive, scope, prompt.isPresent());
        body.refuseUnknown();
        return name.flatMap(n -> value.map(v -> new Variable(n, v, sensitive, scope, prompt)));
    }

    private static Prompt prompt(JsonBody body, String name) {
        Optional<String> label = body.text("label");
        label.filter(text -> text.isBlank() || text.length() > LABEL_MAX)
                .ifPresent(
                        _ ->
                                body.mistake(
                                        "label",
                                        "A label is one line of 1 to %d characters. Say in it what people are to give."
                                                .formatted(LABEL_MAX)));
        label.ifPresent(text -> PlainText.checkLine(body, "label", text));
        boolean required = body.flag("required").orElse(false);
        body.refuseUnknown();
        return new Prompt(label.orElse(name), required);
    }

    private static Optional<String> value(JsonBody body, boolean sensitive) {
        Optional<String> value = body.text("value");
        value.filter(text -> text.length() > LENGTH_MAX)
                .ifPresent(
                        text ->
                                body.mistake(
                                        "value",
                                        "The value has %d characters; at most %d fit. Keep it in a package."
                                                .formatted(text.length(), LENGTH_MAX)));
        value.map(Template::parse)
                .ifPresent(
                        template ->
                                template.mistakes()
                                        .forEach(
                                                mistake ->
                                                        body.mistake(
                                                                "value",
                                                                sensitive
                                                                        ? mistake.withoutText()
                                                                        : mistake.sentence())));
        return value;
    }

    private Optional<String> kept(
            JsonBody body, String name, boolean sensitive, Scope scope, boolean prompted) {
        Optional<String> before =
                present.stream()
                        .filter(
                                variable ->
                                        sensitive
                                                && variable.sensitive()
                                                && variable.name().equals(name)
                                                && variable.scope().equals(scope))
                        .map(Variable::value)
                        .findFirst();
        if (before.isEmpty() && prompted) {
            return Optional.of("");
        }
        if (before.isEmpty()) {
            body.mistake(
                    "value",
                    sensitive
                            ? "value is missing, and there is no earlier value of this name and scope to keep. Give it."
                            : "value is missing. Give it as a text; \"\" for an empty one.");
        }
        return before;
    }

    private Scope scope(JsonBody scope) {
        var read =
                new Scope(
                        list(scope, "environments", EnvironmentId::new),
                        list(scope, "targets", TargetId::new),
                        list(scope, "tags", Tag::new),
                        list(scope, "steps", StepName::new),
                        list(scope, "regions", RegionId::new));
        KnownNames.check(
                scope,
                "environments",
                "environment",
                read.environments().stream().map(EnvironmentId::value).toList(),
                names.environments());
        KnownNames.check(
                scope,
                "regions",
                "region",
                read.regions().stream().map(RegionId::value).toList(),
                names.regions());
        scope.refuseUnknown();
        return read;
    }

    private static <T> List<T> list(JsonBody scope, String field, Function<String, T> parser) {
        return scope.list(field, parser).orElse(List.of());
    }

    private static void refuseCollisions(JsonBody body, Map<Integer, Variable> byPosition) {
        List<String> all = byPosition.values().stream().map(Variable::name).distinct().toList();
        VariableNames.collisions(all)
                .forEach(
                        (environmentName, colliding) -> {
                            List<Integer> places =
                                    byPosition.entrySet().stream()
                                            .filter(e -> colliding.contains(e.getValue().name()))
                                            .map(Map.Entry::getKey)
                                            .toList();
                            if (!places.isEmpty()) {
                                body.mistake(
                                        "variables/" + places.getLast() + "/name",
                                        "%s would all be %s in a script's environment. Rename all but one."
                                                .formatted(
                                                        String.join(
                                                                " and ",
                                                                colliding.stream()
                                                                        .map("\"%s\""::formatted)
                                                                        .toList()),
                                                        environmentName));
                            }
                        });
    }

    /** One name is asked for once. */
    private static void refusePromptsThatDiffer(JsonBody body, Map<Integer, Variable> byPosition) {
        Map<String, Variable> first = new HashMap<>();
        byPosition.forEach(
                (position, variable) -> {
                    if (variable.prompt().isEmpty()) {
                        return;
                    }
                    Variable other = first.putIfAbsent(variable.name(), variable);
                    if (other != null
                            && !(other.prompt().equals(variable.prompt())
                                    && other.sensitive() == variable.sensitive())) {
                        body.mistake(
                                "variables/" + position + "/prompt",
                                "\"%s\" is asked for once, whatever its scopes. Give all its values with a prompt the same label, required and sensitive."
                                        .formatted(variable.name()));
                    }
                });
    }

    private static void refuseAmbiguities(JsonBody body, Map<Integer, Variable> byPosition) {
        List<Variable> all = new ArrayList<>(byPosition.values());
        for (VariableProblem.Ambiguous ambiguous : VariableSet.of(all).ambiguities()) {
            int place =
                    byPosition.entrySet().stream()
                            .filter(
                                    e ->
                                            e.getValue().name().equals(ambiguous.name())
                                                    && e.getValue()
                                                            .scope()
                                                            .equals(ambiguous.second()))
                            .mapToInt(Map.Entry::getKey)
                            .max()
                            .orElse(0);
            body.mistake("variables/" + place, ambiguous.sentence());
        }
    }

    private static void refuseCircles(JsonBody body, Map<Integer, Variable> byPosition) {
        for (VariableProblem.Circular circle :
                VariableSet.of(List.copyOf(byPosition.values())).circles()) {
            int place =
                    byPosition.entrySet().stream()
                            .filter(e -> circle.path().contains(e.getValue().name()))
                            .mapToInt(Map.Entry::getKey)
                            .min()
                            .orElse(0);
            body.mistake("variables/" + place + "/value", circle.sentence());
        }
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
