package stagecoach.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.EventType;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.steprun.StepRunEvent;

/** The topics, and what is on them, as an AsyncAPI 3 document. */
final class AsyncApi {
    /** The file beside it that holds the schemas. */
    static final String SCHEMAS = "events.schema.json";

    /**
     * A topic of events.
     *
     * @param family the events on it
     * @param streams what it is about, and how its streams are named
     */
    private record Channel(Topic topic, Class<?> family, String streams) {
        String name() {
            return topic.name().substring("stagecoach.".length());
        }
    }

    private static final List<Channel> CHANNELS =
            List.of(
                    new Channel(
                            Channels.DEPLOYMENTS,
                            DeploymentEvent.class,
                            "Deployments; streams deployment-ID. From the orchestrator-service."),
                    new Channel(
                            Channels.CONFIGURATION,
                            ConfigurationEvent.class,
                            "What people configure, and releases; streams config-KIND:ID and release-PROJECT:VERSION. From the orchestrator-service and, of feeds and caches, the package-service."),
                    new Channel(
                            Channels.STEPS,
                            StepRunEvent.class,
                            "Steps of deployments; streams steprun-DEPLOYMENT-RUN. From the step-runner."),
                    new Channel(
                            Channels.ACQUISITIONS,
                            AcquisitionEvent.class,
                            "How packages are brought to where they are needed; streams acquisition-DEPLOYMENT-RUN. From the package-service."),
                    new Channel(
                            Channels.AGENTS,
                            AgentReport.class,
                            "Machines and what they did; streams ticket-TICKET, agent-AGENT and others of the gateway. From the agent-gateway."),
                    new Channel(
                            Channels.PACKAGES,
                            PackageEvent.class,
                            "What becomes of packages that are kept; streams package-SHA512. From the package-service."));

    /** The name of each header: what it holds. The first ones are always there. */
    private static final Map<String, String> ALWAYS =
            Map.ofEntries(
                    Map.entry("ce_specversion", "The version of CloudEvents."),
                    Map.entry("ce_id", "Names the event for ever: STREAM/VERSION."),
                    Map.entry(
                            "ce_type",
                            "stagecoach.NAME.vN; N grows with changes that an older reader could not read."),
                    Map.entry("ce_source", "The service that decided it."),
                    Map.entry("ce_subject", "The stream that it belongs to."),
                    Map.entry("ce_time", "When it was decided, in UTC."),
                    Map.entry(
                            "ce_streamversion",
                            "Its place in its stream: 1, 2, 3, … without a gap."),
                    Map.entry("content-type", "Always application/json."));

    private static final Map<String, String> PERHAPS =
            Map.ofEntries(
                    Map.entry("ce_deploymentid", "The deployment that it is about."),
                    Map.entry("ce_project", "The project that it is about."),
                    Map.entry("ce_environment", "The environment that it is about."),
                    Map.entry("ce_run", "The run of the deployment that it belongs to."),
                    Map.entry("ce_causationid", "The id of the event that it answers."),
                    Map.entry("ce_actor", "Who wanted it: the name of an API key, or system."));

    private AsyncApi() {}

    /** The document. */
    static ObjectNode document(SourceComments comments) {
        ObjectNode document = StagecoachJson.mapper().createObjectNode();
        document.put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "Events of Stagecoach")
                .put("version", "1")
                .put("description", ABOUT);
        document.put("defaultContentType", "application/json");
        ObjectNode channels = document.putObject("channels");
        ObjectNode operations = document.putObject("operations");
        ObjectNode components = document.putObject("components");
        ObjectNode messages = components.putObject("messages");
        components.putObject("schemas").set("Headers", headers());
        for (Channel channel : CHANNELS) {
            addChannel(channels.putObject(channel.name()), channel);
            addOperation(operations.putObject("tell-" + channel.name()), channel);
            for (Class<?> event : channel.family().getPermittedSubclasses()) {
                addMessage(messages.putObject(event.getSimpleName()), event, comments);
            }
        }
        return document;
    }

    private static void addChannel(ObjectNode node, Channel channel) {
        Topic topic = channel.topic();
        node.put("address", topic.name());
        node.put("description", channel.streams());
        ObjectNode messages = node.putObject("messages");
        for (Class<?> event : channel.family().getPermittedSubclasses()) {
            String name = event.getSimpleName();
            messages.putObject(name).put("$ref", "#/components/messages/" + name);
        }
        ObjectNode kafka = node.putObject("bindings").putObject("kafka");
        kafka.put("topic", topic.name());
        kafka.put("partitions", topic.partitions());
        kafka.putObject("topicConfiguration").put("retention.ms", topic.retention().toMillis());
        kafka.put("bindingVersion", "0.5.0");
    }

    private static void addOperation(ObjectNode node, Channel channel) {
        node.put("action", "send");
        node.putObject("channel").put("$ref", "#/channels/" + channel.name());
        node.put("summary", "Stagecoach tells what has happened; whoever wants to know, reads.");
    }

    private static void addMessage(ObjectNode node, Class<?> event, SourceComments comments) {
        String name = event.getSimpleName();
        node.put("name", EventType.of(event).value());
        node.put("title", name);
        comments.of(event).ifPresent(text -> node.put("summary", text));
        node.put("contentType", "application/json");
        ArrayNode headers = node.putObject("headers").putArray("allOf");
        headers.addObject().put("$ref", "#/components/schemas/Headers");
        headers.addObject()
                .putObject("properties")
                .putObject("ce_type")
                .put("const", EventType.of(event).value());
        node.putObject("payload")
                .put("schemaFormat", "application/schema+json;version=draft-07")
                .putObject("schema")
                .put("$ref", "./%s#/%s/%s".formatted(SCHEMAS, EventSchemas.DEFINITIONS, name));
        ObjectNode kafka = node.putObject("bindings").putObject("kafka");
        kafka.putObject("key")
                .put("type", "string")
                .put(
                        "description",
                        "The same for all events of a stream, which are in order therefore.");
        kafka.put("bindingVersion", "0.5.0");
    }

    /** The attributes of the event, in CloudEvents' binary mode: every header is text. */
    private static ObjectNode headers() {
        ObjectNode headers = StagecoachJson.mapper().createObjectNode();
        headers.put("type", "object");
        ObjectNode properties = headers.putObject("properties");
        sorted(ALWAYS).forEach((name, text) -> addHeader(properties, name, text));
        sorted(PERHAPS).forEach((name, text) -> addHeader(properties, name, text));
        ArrayNode required = headers.putArray("required");
        sorted(ALWAYS).keySet().forEach(required::add);
        return headers;
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        var sorted = new LinkedHashMap<String, String>();
        map.keySet().stream().sorted().forEach(name -> sorted.put(name, map.get(name)));
        return sorted;
    }

    private static void addHeader(ObjectNode properties, String name, String text) {
        ObjectNode header = properties.putObject(name);
        header.put("type", "string");
        header.put("description", text);
        switch (name) {
            case "ce_specversion" -> header.put("const", "1.0");
            case "content-type" -> header.put("const", "application/json");
            case "ce_time" -> header.put("format", "date-time");
            case "ce_streamversion", "ce_run" -> header.put("pattern", "^[0-9]+$");
            case "ce_source" -> {
                ArrayNode services = header.putArray("enum");
                Arrays.asList(
                                "agent-gateway",
                                "orchestrator-service",
                                "package-service",
                                "step-runner")
                        .forEach(services::add);
            }
            default -> {}
        }
    }

    private static final String ABOUT =
            "CloudEvents 1.0 in Kafka's binary mode. Within a stream (ce_subject) the versions are in order and without a gap; "
                    + "nothing is promised across streams. An event may be published again: its ce_id tells. "
                    + "A reader passes over fields and types that it does not know. "
                    + "The same events in one order, each once, are at GET /api/v1/events, "
                    + "as JSON with the attributes and the data in one object; there the hashes of API keys are left out.";
}
