package stagecoach.orchestrator.app.document;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Discriminator;
import org.eclipse.microprofile.openapi.models.media.Schema;

/**
 * Tells a step in the API's document by its kind: which fields each kind has. In the code it is one
 * record, of which a kind fills in some fields.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class StepSchemas implements OASFilter {
    private static final String STEP = "Step";
    private static final String KIND = "kind";
    private static final String IN_SCHEMAS = "#/components/schemas/";

    /** What only steps have that start a process on a machine. */
    private static final Set<String> PROCESS =
            Set.of(
                    "runOn",
                    "retries",
                    "mutex",
                    "unavailableTargets",
                    "waitFor",
                    "killAfter",
                    "abandonAfter");

    /** Of the fields that not every kind has, those that one has. */
    private static final Map<String, Set<String>> OWN = own();

    private static Map<String, Set<String>> own() {
        Map<String, Set<String>> own = new LinkedHashMap<>();
        own.put("SCRIPT", with(PROCESS, "script", "packages"));
        own.put("PACKAGE", with(PROCESS, "package", "install"));
        own.put("MANUAL_INTERVENTION", Set.of("manual"));
        own.put("HEALTH_CHECK", Set.of("runOn", "retries", "health"));
        own.put("HTTP_CHECK", Set.of("runOn", "retries", "unavailableTargets", "waitFor", "http"));
        own.put("GROUP", Set.of("runOn", "unavailableTargets", "waitFor", "steps"));
        return own;
    }

    private static Set<String> with(Set<String> fields, String... more) {
        return Stream.concat(fields.stream(), Stream.of(more))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        Schema whole = Objects.requireNonNull(schemas.get(STEP), STEP);
        Set<String> some =
                OWN.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
        Discriminator discriminator = OASFactory.createDiscriminator().propertyName(KIND);
        List<Schema> kinds = new ArrayList<>();
        OWN.forEach(
                (kind, fields) -> {
                    String name = nameOf(kind);
                    Schema one =
                            OASFactory.createSchema()
                                    .addType(Schema.SchemaType.OBJECT)
                                    .required(List.of("name", KIND));
                    whole.getProperties()
                            .forEach(
                                    (field, schema) -> {
                                        if (field.equals(KIND)) {
                                            one.addProperty(KIND, only(kind));
                                        } else if (fields.contains(field)
                                                || !some.contains(field)) {
                                            one.addProperty(field, schema);
                                        }
                                    });
                    document.getComponents().addSchema(name, one);
                    discriminator.addMapping(kind, IN_SCHEMAS + name);
                    kinds.add(OASFactory.createSchema().ref(IN_SCHEMAS + name));
                });
        document.getComponents()
                .addSchema(
                        STEP,
                        OASFactory.createSchema()
                                .description("What is done, where and when; kind tells what")
                                .oneOf(kinds)
                                .discriminator(discriminator));
    }

    private static Schema only(String kind) {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.STRING)
                .enumeration(List.of(kind));
    }

    private static String nameOf(String kind) {
        var name = new StringBuilder();
        for (String word : kind.split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.append(STEP).toString();
    }
}
