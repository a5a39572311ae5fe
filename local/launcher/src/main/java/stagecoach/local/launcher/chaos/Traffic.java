package stagecoach.local.launcher.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Unreachable;
import stagecoach.local.launcher.chaos.verdict.Asked;
import stagecoach.local.launcher.chaos.verdict.Course;

/**
 * Keeps a deployment under way in each slot, as a patient person would: asks again under the same
 * key while nobody answers, and begins the next one when one has ended. In some slots a second one
 * waits in the queue, and some are cancelled at any moment, in the queue too. Some fail on purpose
 * and are retried, or have a person decide; some ask a person in any case.
 */
final class Traffic {
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "CANCELLED");
    private static final long POLL_MILLIS = 1_000;

    /**
     * What a step is of which a clean-up made nothing: nobody could do it, or nothing was heard.
     */
    private static final Set<String> LEFT_OUT = Set.of("SKIPPED", "UNKNOWN");

    /** In the reason of a deployment that ended since its cancel took too long. */
    private static final String TIME_OVER = "until the deadline";

    /** In so many slots there is one whose deployments queue behind another's. */
    private static final int SLOTS_PER_QUEUE = 5;

    /** Of so many deployments one is cancelled. */
    private static final int DEPLOYMENTS_PER_CANCEL = 8;

    /**
     * Of so many deployments two fail and are retried, two let a person decide, and one is staged.
     */
    private static final int DEPLOYMENTS_PER_FAILURE = 10;

    /** Of so many deployments one asks whether to go on. */
    private static final int DEPLOYMENTS_PER_QUESTION = 4;

    private static final List<Course.Answer> ANSWERS =
            List.of(Course.Answer.RETRY, Course.Answer.IGNORE, Course.Answer.EXCLUDE);

    /** Of so many deployments one begins a little later than it is asked for. */
    private static final int DEPLOYMENTS_PER_SCHEDULE = 8;

    private static final Duration PUT_OFF = Duration.ofSeconds(5);

    private static final int CANCEL_WITHIN_MILLIS = 15_000;
    private static final int ALREADY_ENDED = 409;

    private final ApiClient api;
    private final Story story;
    private final long seed;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<String> improper = new ArrayList<>();
    private volatile boolean closing;

    Traffic(ApiClient api, Story story, long seed) {
        this.api = api;
        this.story = story;
        this.seed = seed;
    }

    /** Begins in the first {@code deployments} of the slots. */
    void begin(List<Town.Slot> slots, int deployments) {
        var wanted = new ArrayList<>(slots.subList(0, deployments));
        wanted.addAll(slots.subList(0, deployments / SLOTS_PER_QUEUE));
        for (Town.Slot slot : wanted) {
            var lane = new Lane(slot, new Random(seed * 31 + lanes.size()));
            lanes.add(lane);
            lane.thread.start();
        }
    }

    /** Begins no more; what is under way goes on. */
    void close() {
        closing = true;
    }

    /** How many are under way. */
    long open() {
        return lanes.stream().filter(lane -> lane.thread.isAlive()).count();
    }

    /** Stops looking; what has not ended by now will not be seen to end. */
    void giveUp() throws InterruptedException {
        closing = true;
        for (Lane lane : lanes) {
            lane.thread.interrupt();
        }
        for (Lane lane : lanes) {
            lane.thread.join();
        }
    }

    /** All that were asked for. */
    List<Asked> asked() {
        return lanes.stream().flatMap(lane -> lane.asked().stream()).toList();
    }

    /** Answers that no client can do anything with, each a sentence. */
    List<String> improper() {
        synchronized (improper) {
            return List.copyOf(improper);
        }
    }

    private void improper(String sentence) {
        synchronized (improper) {
            improper.add(sentence);
        }
        story.tell("!! " + sentence);
    }

    private final class Lane {
        private final Town.Slot slot;
        private final Random random;
        private final List<Asked> ended = new ArrayList<>();
        private final Thread thread = Thread.ofVirtual().name("lane").unstarted(this::run);
        private @Nullable Asked open;
        private boolean cancelled;
        private Course course = new Course.Straight();
        private int attempts;

        Lane(Town.Slot slot, Random random) {
            this.slot = slot;
            this.random = random;
        }

        synchronized List<Asked> asked() {
            var all = new ArrayList<>(ended);
            if (open != null) {
                all.add(open);
            }
            return all;
        }

        private synchronized void ended(JsonNode deployment, Map<String, String> passedOver) {
            String state = deployment.path("state").asText();
            String failure = deployment.path("failure").asText("");
            String id = deployment.path("id").asText();
            ended.add(asked(id, Optional.of(state), failure, passedOver));
            open = null;
            if (!state.equals("SUCCEEDED") && !(cancelled && state.equals("CANCELLED"))) {
                story.tell(
                        "%s (%s to %s) ended %s: %s"
                                .formatted(id, slot.project(), slot.environment(), state, failure));
            }
        }

        private synchronized void open(String id, boolean willBeCancelled) {
            cancelled = willBeCancelled;
            attempts = 1;
            open = asked(id, Optional.empty(), "", Map.of());
        }

        private Asked asked(
                String id, Optional<String> state, String failure, Map<String, String> passedOver) {
            return new Asked(
                    id,
                    slot.project(),
                    slot.steps(),
                    state,
                    failure,
                    cancelled,
                    course,
                    attempts,
                    passedOver);
        }

        private void run() {
            try {
                while (!closing) {
                    draw();
                    String id = deploy().path("id").asText();
                    boolean cancels = random.nextInt(DEPLOYMENTS_PER_CANCEL) == 0;
                    open(id, cancels);
                    if (cancels) {
                        TimeUnit.MILLISECONDS.sleep(random.nextInt(CANCEL_WITHIN_MILLIS));
                        cancel(id);
                    }
                    JsonNode deployment = end(id);
                    ended(deployment, passedOver(deployment));
                }
            } catch (InterruptedException e) {
                // Nobody waits any more: what is open stays open, and is told so.
                Thread.currentThread().interrupt();
            }
        }

        /** What is to become of the next one. */
        private synchronized void draw() {
            String machine = slot.machine(random);
            course =
                    switch (random.nextInt(DEPLOYMENTS_PER_FAILURE)) {
                        case 0, 1 -> new Course.Retried(TownProcess.FRAGILE, machine);
                        case 2, 3 ->
                                new Course.Guided(
                                        TownProcess.FRAGILE,
                                        machine,
                                        ANSWERS.get(random.nextInt(ANSWERS.size())));
                        case 4 -> new Course.Staged();
                        default -> new Course.Straight();
                    };
        }

        private JsonNode deploy() throws InterruptedException {
            Map<String, String> variables = new HashMap<>();
            failing(course).ifPresent(machine -> variables.put(TownProcess.FAILS_AT, machine));
            if (random.nextInt(DEPLOYMENTS_PER_QUESTION) == 0) {
                variables.put(TownProcess.ASKS, "true");
            }
            Map<String, Object> wish = new HashMap<>();
            wish.put("project", slot.project());
            wish.put("release", Town.release(random));
            wish.put("environment", slot.environment());
            wish.put("forceDownload", random.nextInt(4) == 0);
            wish.put("guidedFailure", course instanceof Course.Guided);
            wish.put("acquireOnly", course instanceof Course.Staged);
            wish.put("variables", variables);
            if (random.nextInt(DEPLOYMENTS_PER_SCHEDULE) == 0) {
                wish.put("notBefore", Instant.now().plus(PUT_OFF).toString());
            }
            return once("/deployments", wish);
        }

        private static Optional<String> failing(Course course) {
            return switch (course) {
                case Course.Straight(), Course.Staged() -> Optional.empty();
                case Course.Retried(var _, var machine) -> Optional.of(machine);
                case Course.Guided(var _, var machine, var _) -> Optional.of(machine);
            };
        }

        /** Asks under one key until somebody answers. */
        private JsonNode once(String path, Map<String, Object> wish) throws InterruptedException {
            String key = UUID.randomUUID().toString();
            while (true) {
                try {
                    return api.postOnce(path, wish, key);
                } catch (Unreachable away) {
                    pause();
                } catch (ApiProblem problem) {
                    improper("POST %s was answered: %s".formatted(path, problem.getMessage()));
                    pause();
                }
            }
        }

        /**
         * It failed as it was to, or has brought its packages; a second attempt goes on from there.
         */
        private void goOn(String id, String how, Map<String, Object> wish)
                throws InterruptedException {
            synchronized (this) {
                attempts++;
                open = asked(id, Optional.empty(), "", Map.of());
            }
            once("/deployments/" + id + how, wish);
        }

        private synchronized boolean failedOnPurpose(String state) {
            return state.equals("FAILED") && course instanceof Course.Retried && attempts == 1;
        }

        /** Answers what a paused deployment asks; who was asked may be asked no more by now. */
        private void answer(String id) throws InterruptedException {
            for (JsonNode interruption :
                    api.get("/deployments/" + id + "/interruptions").path("items")) {
                if (interruption.path("resolvedAt").isTextual()) {
                    continue;
                }
                try {
                    api.post(
                            "/interruptions/" + interruption.path("id").asText() + "/resolve",
                            Map.of("choice", choice(interruption), "notes", "said by chaos"));
                } catch (ApiProblem problem) {
                    if (problem.status() != ALREADY_ENDED) {
                        throw problem;
                    }
                }
            }
        }

        private synchronized String choice(JsonNode interruption) {
            boolean failure = interruption.path("kind").asText().equals("GUIDED_FAILURE");
            return failure && course instanceof Course.Guided(var _, var _, var answer)
                    ? answer.name()
                    : "PROCEED";
        }

        /** What has ended meanwhile cannot be cancelled, which is told so. */
        private void cancel(String id) throws InterruptedException {
            while (true) {
                try {
                    api.post("/deployments/" + id + "/cancel", Map.of());
                    return;
                } catch (Unreachable away) {
                    pause();
                } catch (ApiProblem problem) {
                    if (problem.status() == ALREADY_ENDED) {
                        return;
                    }
                    improper(
                            "POST /deployments/%s/cancel was answered: %s"
                                    .formatted(id, problem.getMessage()));
                    pause();
                }
            }
        }

        private JsonNode end(String id) throws InterruptedException {
            while (true) {
                pause();
                try {
                    JsonNode deployment = api.get("/deployments/" + id);
                    String state = deployment.path("state").asText();
                    if (failedOnPurpose(state)) {
                        goOn(id, "/retry", Map.of("from", "FAILED"));
                    } else if (state.equals("STAGED")) {
                        goOn(id, "/proceed", Map.of());
                    } else if (ENDED.contains(state)) {
                        return deployment;
                    } else if (state.equals("PAUSED")) {
                        answer(id);
                    }
                } catch (Unreachable away) {
                    pause();
                } catch (ApiProblem problem) {
                    improper(
                            "GET /deployments/%s was answered: %s"
                                    .formatted(id, problem.getMessage()));
                    pause();
                }
            }
        }

        /**
         * Of one that was cancelled, the steps that it left out of its clean-up since no machine
         * was there, or of which it had not heard when the time for the cancel was over.
         */
        private Map<String, String> passedOver(JsonNode deployment) throws InterruptedException {
            if (!deployment.path("state").asText().equals("CANCELLED")) {
                return Map.of();
            }
            String id = deployment.path("id").asText();
            String failure = deployment.path("failure").asText("");
            Map<String, String> passedOver = new HashMap<>();
            if (failure.contains(TIME_OVER)) {
                slot.steps().forEach(step -> passedOver.put(step.name(), failure));
            } else {
                for (JsonNode row : steps(id)) {
                    if (LEFT_OUT.contains(row.path("state").asText())) {
                        passedOver.put(row.path("step").asText(), row.path("reason").asText(""));
                    } else {
                        passedOver.remove(row.path("step").asText());
                    }
                }
            }
            return passedOver;
        }

        private List<JsonNode> steps(String id) throws InterruptedException {
            while (true) {
                try {
                    return api.list("/deployments/" + id + "/steps");
                } catch (Unreachable away) {
                    pause();
                }
            }
        }

        private void pause() throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
