package stagecoach.gateway.app.enrolment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Cache;
import stagecoach.contracts.configuration.ConfigurationDocument.Environment;
import stagecoach.contracts.configuration.ConfigurationDocument.Feed;
import stagecoach.contracts.configuration.ConfigurationDocument.Pause;
import stagecoach.contracts.configuration.ConfigurationDocument.Project;
import stagecoach.contracts.configuration.ConfigurationDocument.Region;
import stagecoach.contracts.configuration.ConfigurationDocument.Retention;
import stagecoach.contracts.configuration.ConfigurationDocument.Target;
import stagecoach.contracts.configuration.ConfigurationDocument.TaskLimit;
import stagecoach.contracts.configuration.ConfigurationDocument.VariableSet;
import stagecoach.contracts.configuration.ConfigurationDocument.Worker;
import stagecoach.contracts.configuration.ConfigurationDocument.WorkerPool;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.gateway.app.enrolment.KnownPlaces.Place;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.wire.StagecoachJson;

/**
 * The body of {@code POST /enrolments}, checked: all that is wrong with it is told at once, each
 * with its pointer.
 *
 * @param document the target or worker that the machine will be
 * @param places what it names that must exist, with the pointer to where it names it
 */
record EnrolmentRequest(
        AgentId agent,
        ConfigurationDocument document,
        Optional<Duration> validFor,
        Map<String, Place> places) {
    private static final int NAME_MAX_CHARS = 200;
    private static final Set<String> FIELDS = Set.of("target", "worker", "validFor");

    /** What a GET of a target gives besides, so that its answer can be sent back. */
    private static final Set<String> READ_ONLY = Set.of("health", "thumbprint");

    private static final Set<String> CONNECTION = Set.of("communication", "address");

    /**
     * Reads a body.
     *
     * @param validForMax the longest that a token may be good for
     * @throws InvalidInput with everything that is wrong
     */
    static EnrolmentRequest read(String body, Duration validForMax) {
        return new Reading(validForMax).read(body);
    }

    /** One reading of a body, which gathers what is wrong. */
    private static final class Reading {
        private final Duration validForMax;
        private final List<FieldError> errors = new ArrayList<>();
        private final Map<String, Place> places = new LinkedHashMap<>();

        Reading(Duration validForMax) {
            this.validForMax = validForMax;
        }

        EnrolmentRequest read(String body) {
            ObjectNode root = object(body);
            refuseOthers(root, "", FIELDS, "an enrolment has target or worker, and validFor");
            Optional<Duration> validFor = validFor(root.get("validFor"));
            JsonNode target = root.get("target");
            JsonNode worker = root.get("worker");
            Optional<ConfigurationDocument> document = Optional.empty();
            if ((target == null) == (worker == null)) {
                wrong("", "Give either target or worker: what the machine shall be.");
            } else if (target != null) {
                document = inObject(target, "/target").flatMap(this::target);
            } else if (worker != null) {
                document = inObject(worker, "/worker").flatMap(this::worker);
            }
            if (!errors.isEmpty() || document.isEmpty()) {
                throw new InvalidInput(errors);
            }
            return new EnrolmentRequest(
                    agentOf(document.get()), document.get(), validFor, Map.copyOf(places));
        }

        private static AgentId agentOf(ConfigurationDocument document) {
            return switch (document) {
                case Target target -> AgentId.of(target.id());
                case Worker worker -> AgentId.of(worker.id());
                case Environment _,
                        Region _,
                        WorkerPool _,
                        Cache _,
                        Feed _,
                        Project _,
                        ApiKey _,
                        Retention _,
                        VariableSet _,
                        Pause _,
                        TaskLimit _ ->
                        throw new IllegalStateException("an enrolment is of a target or a worker");
            };
        }

        private ObjectNode object(String body) {
            try {
                JsonNode root = StagecoachJson.strict().readTree(body);
                if (root instanceof ObjectNode object) {
                    return object;
                }
                throw new InvalidInput("", "The body must be a JSON object.");
            } catch (JsonProcessingException e) {
                throw new InvalidInput("", "The body is no JSON: " + e.getOriginalMessage());
            }
        }

        private Optional<ConfigurationDocument> target(ObjectNode node) {
            String at = "/target";
            refuseOthers(
                    node,
                    at,
                    Set.of("id", "name", "environments", "tags", "region", "disabled"),
                    "a target has id, name, environments, tags, region and disabled");
            connection(node, at);
            Optional<TargetId> id = id(node, at, TargetId::new);
            List<EnvironmentId> environments =
                    ids(node, at, "environments", Kind.ENVIRONMENT, EnvironmentId::new);
            if (environments.isEmpty() && !node.has("environments")) {
                wrong(at + "/environments", "Name at least one environment.");
            }
            List<Tag> tags = list(node, at, "tags", Tag::new);
            Optional<RegionId> region = region(node, at);
            Optional<String> name = name(node, at);
            boolean disabled = disabled(node, at);
            return id.map(
                    known ->
                            new Target(
                                    known,
                                    name.orElse(known.value()),
                                    environments,
                                    tags,
                                    region,
                                    disabled));
        }

        private Optional<ConfigurationDocument> worker(ObjectNode node) {
            String at = "/worker";
            refuseOthers(
                    node,
                    at,
                    Set.of("id", "name", "workerPools", "region", "disabled"),
                    "a worker has id, name, workerPools, region and disabled");
            connection(node, at);
            Optional<WorkerId> id = id(node, at, WorkerId::new);
            List<PoolId> pools = ids(node, at, "workerPools", Kind.WORKER_POOL, PoolId::new);
            if (pools.isEmpty() && !node.has("workerPools")) {
                wrong(at + "/workerPools", "Name at least one worker pool.");
            }
            Optional<RegionId> region = region(node, at);
            Optional<String> name = name(node, at);
            boolean disabled = disabled(node, at);
            return id.map(
                    known ->
                            new Worker(known, name.orElse(known.value()), pools, region, disabled));
        }

        private void connection(ObjectNode node, String at) {
            JsonNode communication = node.get("communication");
            if (communication != null && !communication.asText().equals("POLLING")) {
                wrong(
                        at + "/communication",
                        "A machine that enrols dials the gateway: POLLING. One that listens needs no enrolment; register it with PUT /api/v1/%s."
                                .formatted(at.equals("/target") ? "targets/{id}" : "workers/{id}"));
            }
            if (node.hasNonNull("address")) {
                wrong(at + "/address", "Only listening tentacles have an address; leave it out.");
            }
        }

        private <T> Optional<T> id(ObjectNode node, String at, Function<String, T> make) {
            JsonNode id = node.get("id");
            if (id == null) {
                wrong(at + "/id", "Give it an id: lower-case letters, digits and inner hyphens.");
                return Optional.empty();
            }
            return value(id, at + "/id", make);
        }

        private Optional<RegionId> region(ObjectNode node, String at) {
            JsonNode region = node.get("region");
            if (region == null || region.isNull()) {
                return Optional.empty();
            }
            Optional<RegionId> id = value(region, at + "/region", RegionId::new);
            id.ifPresent(
                    known -> places.put(at + "/region", new Place(Kind.REGION, known.value())));
            return id;
        }

        private Optional<String> name(ObjectNode node, String at) {
            JsonNode name = node.get("name");
            if (name == null || name.isNull()) {
                return Optional.empty();
            }
            if (!name.isTextual() || name.asText().isBlank()) {
                wrong(at + "/name", "Write a text, or leave it out.");
                return Optional.empty();
            }
            if (name.asText().indexOf('\0') >= 0) {
                wrong(at + "/name", "It has a NUL character, which no text may have. Remove it.");
                return Optional.empty();
            }
            if (name.asText().length() > NAME_MAX_CHARS) {
                wrong(at + "/name", "Use at most %d characters.".formatted(NAME_MAX_CHARS));
            }
            return Optional.of(name.asText());
        }

        private boolean disabled(ObjectNode node, String at) {
            JsonNode disabled = node.get("disabled");
            if (disabled == null) {
                return false;
            }
            if (!disabled.isBoolean()) {
                wrong(at + "/disabled", "Write true or false.");
            }
            return disabled.asBoolean();
        }

        private <T> List<T> ids(
                ObjectNode node, String at, String field, Kind kind, Function<String, T> make) {
            List<T> ids = list(node, at, field, make);
            for (int i = 0; i < ids.size(); i++) {
                places.put(at + "/" + field + "/" + i, new Place(kind, ids.get(i).toString()));
            }
            return ids;
        }

        private <T> List<T> list(
                ObjectNode node, String at, String field, Function<String, T> make) {
            JsonNode list = node.get(field);
            if (list == null || list.isNull()) {
                return List.of();
            }
            if (!list.isArray()) {
                wrong(at + "/" + field, "Write a list.");
                return List.of();
            }
            var values = new ArrayList<T>();
            for (int i = 0; i < list.size(); i++) {
                value(list.get(i), at + "/" + field + "/" + i, make).ifPresent(values::add);
            }
            return values;
        }

        private <T> Optional<T> value(JsonNode node, String at, Function<String, T> make) {
            if (!node.isTextual()) {
                wrong(at, "Write a text.");
                return Optional.empty();
            }
            try {
                return Optional.of(make.apply(node.asText()));
            } catch (IllegalArgumentException e) {
                wrong(at, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }

        private Optional<Duration> validFor(@Nullable JsonNode node) {
            if (node == null || node.isNull()) {
                return Optional.empty();
            }
            try {
                Duration validFor = Duration.parse(node.asText());
                if (validFor.isPositive() && validFor.compareTo(validForMax) <= 0) {
                    return Optional.of(validFor);
                }
            } catch (DateTimeParseException e) {
                wrong(
                        "/validFor",
                        "\"%s\" is no duration: write it like PT1H.".formatted(node.asText()));
                return Optional.empty();
            }
            wrong("/validFor", "Use more than nothing and at most %s.".formatted(validForMax));
            return Optional.empty();
        }

        private Optional<ObjectNode> inObject(JsonNode node, String at) {
            if (node instanceof ObjectNode object) {
                return Optional.of(object);
            }
            wrong(at, "Write an object.");
            return Optional.empty();
        }

        private void refuseOthers(ObjectNode node, String at, Set<String> fields, String sentence) {
            node.fieldNames()
                    .forEachRemaining(
                            field -> {
                                boolean known =
                                        fields.contains(field)
                                                || (!at.isEmpty()
                                                        && (READ_ONLY.contains(field)
                                                                || CONNECTION.contains(field)));
                                if (!known) {
                                    wrong(
                                            at + "/" + field,
                                            "\"%s\" is not known here; %s."
                                                    .formatted(field, sentence));
                                }
                            });
        }

        private void wrong(String pointer, String detail) {
            errors.add(new FieldError(pointer, detail));
        }
    }
}
