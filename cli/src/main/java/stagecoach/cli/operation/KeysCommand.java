package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Shown;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;
import stagecoach.vocabulary.sealing.KeyRing;
import stagecoach.vocabulary.sealing.SealingKey;
import stagecoach.wire.StagecoachJson;

@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = "The keys that services seal secrets with, by their ids, and their change.",
        subcommands = {
            KeysCommand.Show.class,
            KeysCommand.New.class,
            KeysCommand.Rotate.class,
            KeysCommand.Drop.class
        })
public final class KeysCommand implements Runnable {
    /** A row that is being written while a pass goes by is met by the next one. */
    private static final int PASSES_MAX = 5;

    private static final String FILE =
            "The key file; default: that of the local default that runs here.";

    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with keys: show, rotate, new or drop");
    }

    /** What commands about the keys of services share. */
    abstract static class OfServices extends ApiCommand {
        @Option(
                names = "--service",
                split = ",",
                description = "Only of these services; default: all four.")
        List<String> services = Services.ALL;

        static JsonNode keysOf(ApiClient api, String service) {
            return api.get(path(service));
        }

        static String path(String service) {
            return Services.path(service, "secret-keys");
        }

        /** How many rows of a service need a key; of no key those from before keys had ids. */
        static long rowsOf(JsonNode keys, Optional<String> key) {
            long rows = 0;
            for (JsonNode use : keys.path("rows")) {
                if (keyOf(use).equals(key)) {
                    rows += use.path("rows").asLong();
                }
            }
            return rows;
        }

        static Optional<String> keyOf(JsonNode use) {
            return use.hasNonNull("key") ? Optional.of(use.get("key").asText()) : Optional.empty();
        }

        final ExitCode refused(String sentence, String cure) {
            complain("error: " + sentence);
            complain("  " + cure);
            return ExitCode.REFUSED;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Which keys there are, and how many rows of each service need which. Exit 1 if one is missing.")
    static final class Show extends OfServices {
        @Override
        protected ExitCode run(ApiClient api) {
            var rows = new ArrayList<List<String>>();
            var problems = new ArrayList<String>();
            ArrayNode all = StagecoachJson.mapper().createArrayNode();
            for (String service : services) {
                JsonNode keys = keysOf(api, service);
                ObjectNode document = StagecoachJson.mapper().createObjectNode();
                document.put("service", service);
                document.setAll((ObjectNode) keys);
                all.add(document);
                rowsOf(service, keys, rows);
                keys.path("problems")
                        .forEach(problem -> problems.add(service + ": " + problem.asText()));
            }
            if (json) {
                sayJson(all);
            } else {
                sayLines(
                        Text.table(List.of("SERVICE", "KEY", "IS", "ROWS", "OF"), rows)
                                .stripTrailing());
                problems.forEach(this::say);
            }
            return problems.isEmpty() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }

        private static void rowsOf(String service, JsonNode keys, List<List<String>> rows) {
            var held = new ArrayList<String>(List.of(keys.path("current").asText()));
            keys.path("older").forEach(key -> held.add(key.asText()));
            for (JsonNode use : keys.path("rows")) {
                String key = keyOf(use).orElse("-");
                rows.add(
                        List.of(
                                service,
                                key,
                                is(key, held),
                                use.path("rows").asText(),
                                use.path("kind").asText()));
            }
            for (String key : held) {
                if (OfServices.rowsOf(keys, Optional.of(key)) == 0) {
                    rows.add(List.of(service, key, is(key, held), "0", ""));
                }
            }
        }

        private static String is(String key, List<String> held) {
            if (key.equals("-")) {
                return "before keys had ids";
            }
            return switch (held.indexOf(key)) {
                case -1 -> "missing";
                case 0 -> "current";
                default -> "older";
            };
        }
    }

    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description =
                    "Seal all that is sealed again with the current key, while services serve. It may be broken off and repeated at any time.")
    static final class Rotate extends OfServices {
        @Override
        protected ExitCode run(ApiClient api) {
            boolean done = true;
            for (String service : services) {
                done &= rotate(api, service);
            }
            if (done && !json) {
                say("Older keys may go: `stagecoach keys drop ID`, or out of the services' keys.");
            }
            return done ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }

        /** What passes over the rows of a service came to. */
        private static final class Passes {
            long resealed;
            List<JsonNode> left = List.of();
            long waiting = 1;
            String key = "";
        }

        private boolean rotate(ApiClient api, String service) {
            var passes = new Passes();
            for (int pass = 0; pass < PASSES_MAX && passes.waiting > passes.left.size(); pass++) {
                pass(api, service, passes);
            }
            boolean done = passes.waiting == 0;
            if (json) {
                ObjectNode document = StagecoachJson.mapper().createObjectNode();
                document.put("service", service);
                document.put("current", passes.key);
                document.put("resealed", passes.resealed);
                document.put("waiting", passes.waiting);
                document.putArray("left").addAll(passes.left);
                sayJson(document);
                return done;
            }
            say(
                    "%s: %d rows were sealed again%s"
                            .formatted(
                                    service,
                                    passes.resealed,
                                    done ? ", all of them have key " + passes.key : ""));
            passes.left.forEach(
                    row ->
                            say(
                                    "  left: %s, %s: %s"
                                            .formatted(
                                                    row.path("kind").asText(),
                                                    row.path("row").asText(),
                                                    row.path("reason").asText())));
            if (!done) {
                say(
                        "  %d rows do not have key %s yet. Mend what is told, then repeat this."
                                .formatted(passes.waiting, passes.key));
            }
            return done;
        }

        private static void pass(ApiClient api, String service, Passes passes) {
            var left = new ArrayList<JsonNode>();
            String cursor = "";
            do {
                JsonNode batch = api.post(path(service) + "/rotate" + cursor);
                passes.resealed += batch.path("resealed").asLong();
                batch.path("left").forEach(left::add);
                cursor =
                        batch.hasNonNull("next")
                                ? "?cursor=" + ApiClient.encoded(batch.get("next").asText())
                                : "";
            } while (!cursor.isEmpty());
            JsonNode keys = keysOf(api, service);
            passes.left = left;
            passes.key = keys.path("current").asText();
            passes.waiting = 0;
            for (JsonNode use : keys.path("rows")) {
                if (!keyOf(use).equals(Optional.of(passes.key))) {
                    passes.waiting += use.path("rows").asLong();
                }
            }
        }
    }

    /** The file that is named, or that of the local default that is meant. */
    private static KeyFile keyFile(CommandSpec spec, @Nullable Path named) {
        var root = (StagecoachCli) spec.root().userObject();
        return new KeyFile(
                Optional.ofNullable(named)
                        .or(root.connection()::secretKeyFile)
                        .orElseThrow(
                                () ->
                                        new ParameterException(
                                                spec.commandLine(),
                                                "no local default runs here: say --file with the file that services read their keys from")));
    }

    /** Which key came into a key file, or went out of it. */
    private static JsonNode changed(String key, KeyFile file) {
        return StagecoachJson.mapper()
                .createObjectNode()
                .put("key", key)
                .put("file", file.toString());
    }

    private static KeyRing ringIn(KeyFile file, CommandSpec spec) throws IOException {
        try {
            return file.read()
                    .orElseThrow(
                            () ->
                                    new ParameterException(
                                            spec.commandLine(), "there is no file " + file));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s holds other than keys. %s".formatted(file, e.getMessage()));
        }
    }

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description =
                    "Put a new key into a key file: services that read it seal with the new key within seconds and open with the others.")
    static final class New implements Callable<Integer> {
        @Spec @Nullable CommandSpec spec;

        @Option(names = "--file", description = FILE)
        @Nullable Path file;

        @Option(names = "--json", description = "Answer with JSON.")
        boolean json;

        @Override
        public Integer call() throws IOException {
            CommandSpec own = Objects.requireNonNull(spec);
            KeyFile keys = keyFile(own, file);
            SealingKey fresh = KeyFile.freshKey();
            keys.write(keys.exists() ? ringIn(keys, own).sealingWith(fresh) : KeyRing.of(fresh));
            var out = own.commandLine().getOut();
            if (json) {
                out.println(Shown.json(StagecoachJson.text(changed(fresh.id().value(), keys))));
            } else {
                out.println("%s is the first key in %s now".formatted(fresh.id(), keys));
                out.println(
                        "  `stagecoach keys rotate` seals with it what other keys have sealed.");
            }
            out.flush();
            return ExitCode.SUCCEEDED.code();
        }
    }

    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description = "Take an older key out of a key file; refused while anything needs it.")
    static final class Drop extends OfServices {
        @Parameters(index = "0", paramLabel = "ID", description = "As `keys show` tells it.")
        String id = "";

        @Option(names = "--file", description = FILE)
        @Nullable Path file;

        @Override
        protected ExitCode run(ApiClient api) throws IOException {
            KeyFile keys = keyFile(spec(), file);
            KeyRing ring = ringIn(keys, spec());
            Optional<SealingKey> key =
                    ring.keys().stream().filter(k -> k.id().value().equals(id)).findFirst();
            if (key.isEmpty()) {
                return refused("there is no key %s in %s".formatted(id, keys), "There is: " + ring);
            }
            if (ring.current().equals(key.get())) {
                return refused(
                        "key %s is the one that seals".formatted(id),
                        "Make another one before: stagecoach keys new");
            }
            for (String service : services) {
                Optional<String> need = needOf(service, keysOf(api, service));
                if (need.isPresent()) {
                    return refused(
                            need.get(),
                            "Run before, until it says that all is done: stagecoach keys rotate");
                }
            }
            keys.write(ring.without(key.get().id()));
            answer(changed(id, keys), "%s is no longer in %s".formatted(id, keys));
            return ExitCode.SUCCEEDED;
        }

        private Optional<String> needOf(String service, JsonNode keys) {
            if (keys.path("current").asText().equals(id)) {
                return Optional.of(
                        "%s still seals with key %s; it has other keys than the file, or has not read it yet"
                                .formatted(service, id));
            }
            long rows = rowsOf(keys, Optional.of(id));
            if (rows > 0) {
                return Optional.of("%d rows of %s need key %s".formatted(rows, service, id));
            }
            long unnamed = rowsOf(keys, Optional.empty());
            return unnamed == 0
                    ? Optional.empty()
                    : Optional.of(
                            "%d rows of %s were sealed before keys had ids and may need key %s"
                                    .formatted(unnamed, service, id));
        }
    }
}
