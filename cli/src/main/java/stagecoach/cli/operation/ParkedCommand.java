package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;
import stagecoach.wire.StagecoachJson;

@Command(
        name = "parked",
        mixinStandardHelpOptions = true,
        description =
                "Events that a service could not handle, with all later ones of their streams.",
        subcommands = {
            ParkedCommand.ListAll.class,
            ParkedCommand.Show.class,
            ParkedCommand.Replay.class
        })
public final class ParkedCommand implements Runnable {
    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with parked streams: list, show or replay");
    }

    /** Where a parked stream is. */
    private record Place(String service, String handler, String stream, JsonNode told) {
        String path() {
            return "%s/%s/%s".formatted(pathOf(service), encoded(handler), encoded(stream));
        }

        private static String encoded(String text) {
            return ApiClient.encoded(text);
        }
    }

    private static String pathOf(String service) {
        return Services.path(service, "parked-streams");
    }

    /** What commands about parked streams share: of which services. */
    abstract static class OfServices extends ApiCommand {
        @Option(
                names = "--service",
                split = ",",
                description = "Only of these services; default: all four.")
        List<String> services = Services.ALL;

        @Option(names = "--handler", description = "Only what this handler could not handle.")
        @Nullable String handler;

        final List<Place> places(ApiClient api, Optional<String> stream) {
            var places = new ArrayList<Place>();
            for (String service : services) {
                for (JsonNode told : api.all(pathOf(service))) {
                    var place =
                            new Place(
                                    service,
                                    told.path("handler").asText(),
                                    told.path("stream").asText(),
                                    told);
                    if (stream.filter(wanted -> !wanted.equals(place.stream())).isEmpty()
                            && (handler == null || handler.equals(place.handler()))) {
                        places.add(place);
                    }
                }
            }
            return places;
        }

        final ExitCode nothing(Optional<String> stream) {
            if (json) {
                sayJson(StagecoachJson.mapper().createArrayNode());
            } else {
                say(
                        stream.map(name -> "nothing of " + name + " is parked")
                                .orElse("nothing is parked"));
            }
            return stream.isPresent() ? ExitCode.FAILED : ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Parked streams with the reason of each.")
    static final class ListAll extends OfServices {
        @Override
        protected ExitCode run(ApiClient api) {
            var places = places(api, Optional.empty());
            if (places.isEmpty()) {
                return nothing(Optional.empty());
            }
            if (json) {
                ArrayNode all = StagecoachJson.mapper().createArrayNode();
                places.forEach(p -> all.add(withService(p, p.told())));
                sayJson(all);
                return ExitCode.SUCCEEDED;
            }
            sayLines(
                    Text.table(
                                    List.of("SERVICE", "HANDLER", "STREAM", "FROM", "REASON"),
                                    places.stream()
                                            .map(
                                                    p ->
                                                            List.of(
                                                                    p.service(),
                                                                    p.handler(),
                                                                    p.stream(),
                                                                    p.told()
                                                                            .path("version")
                                                                            .asText(),
                                                                    p.told()
                                                                            .path("reason")
                                                                            .asText()))
                                            .toList())
                            .stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    private static ObjectNode withService(Place place, JsonNode told) {
        ObjectNode document = StagecoachJson.mapper().createObjectNode();
        document.put("service", place.service());
        document.put("handler", place.handler());
        document.put("stream", place.stream());
        told.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        return document;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "The parked events of a stream, in order, at most 100.")
    static final class Show extends OfServices {
        @Parameters(index = "0", paramLabel = "STREAM")
        String stream = "";

        @Override
        protected ExitCode run(ApiClient api) {
            var places = places(api, Optional.of(stream));
            if (places.isEmpty()) {
                return nothing(Optional.of(stream));
            }
            ArrayNode all = StagecoachJson.mapper().createArrayNode();
            for (Place place : places) {
                JsonNode events = api.get(place.path());
                if (json) {
                    all.add(withService(place, events));
                    continue;
                }
                say("%s, handler %s".formatted(place.service(), place.handler()));
                for (JsonNode event : events.path("items")) {
                    say(
                            "  %d  %s  %s"
                                    .formatted(
                                            event.path("version").asLong(),
                                            event.path("headers").path("ce_type").asText("?"),
                                            event.path("reason").asText()));
                    say("     " + event.path("data").asText());
                }
            }
            if (json) {
                sayJson(all);
            }
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description =
                    "Handle parked events again, in order, once their reason is gone. It may be repeated.")
    static final class Replay extends OfServices {
        @Parameters(index = "0", paramLabel = "STREAM", arity = "0..1")
        @Nullable String stream;

        @Option(names = "--all", description = "All parked streams.")
        boolean all;

        @Override
        protected ExitCode run(ApiClient api) {
            if (all == (stream != null)) {
                throw new ParameterException(spec().commandLine(), "name one stream, or say --all");
            }
            var places = places(api, Optional.ofNullable(stream));
            if (places.isEmpty()) {
                nothing(Optional.ofNullable(stream));
                // It may be repeated, and somebody else may have been faster.
                return ExitCode.SUCCEEDED;
            }
            boolean free = true;
            for (Place place : places) {
                free &= replay(api, place);
            }
            return free ? ExitCode.SUCCEEDED : ExitCode.FAILED;
        }

        private boolean replay(ApiClient api, Place place) {
            JsonNode replayed;
            try {
                replayed = api.post(place.path() + "/replay");
            } catch (ApiProblem problem) {
                if (problem.status() != 404) {
                    throw problem;
                }
                // Somebody else has done it meanwhile.
                replayed = StagecoachJson.mapper().createObjectNode().put("free", true);
            }
            boolean free = replayed.path("free").asBoolean();
            if (json) {
                sayJson(withService(place, replayed));
            } else if (free) {
                say("%s goes on in %s".formatted(place.stream(), place.service()));
            } else {
                JsonNode first = replayed.path("left").path(0);
                say(
                        "%s still waits in %s at %d: %s"
                                .formatted(
                                        place.stream(),
                                        place.service(),
                                        first.path("version").asLong(),
                                        first.path("reason").asText()));
            }
            return free;
        }
    }
}
