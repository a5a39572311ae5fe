package stagecoach.runtime.document;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;
import org.jspecify.annotations.Nullable;

/**
 * Says of answers which fields are always there, as their records do: those that may not be null,
 * and of which null is written. Of what clients send too nothing is said: there most may be left
 * out.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class AlwaysThere implements OASFilter {
    private static final String IN_SCHEMAS = "#/components/schemas/";
    private static final String LISTED = "Listed";
    private static final DotName SCHEMA =
            DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
    private static final DotName INCLUDE =
            DotName.createSimple(com.fasterxml.jackson.annotation.JsonInclude.class);
    private static final DotName NULLABLE = DotName.createSimple(Nullable.class);
    private static final DotName OPTIONAL = DotName.createSimple(Optional.class);

    private final Map<String, ClassInfo> records = new HashMap<>();

    /** The filter over what the build knows of the service's classes. */
    public AlwaysThere(IndexView index) {
        // By their full names, for an index of several archives tells a class more than once.
        Map<String, Map<DotName, ClassInfo>> unnamed = new HashMap<>();
        for (ClassInfo known : index.getKnownClasses()) {
            if (known.isRecord() && known.name().toString().startsWith("stagecoach.")) {
                nameOf(known)
                        .ifPresentOrElse(
                                name -> records.put(name, known),
                                () ->
                                        unnamed.computeIfAbsent(
                                                        known.simpleName(), name -> new HashMap<>())
                                                .put(known.name(), known));
            }
        }
        unnamed.forEach(
                (name, namesakes) -> {
                    // Which of several the document means cannot be told.
                    if (namesakes.size() == 1) {
                        records.putIfAbsent(name, namesakes.values().iterator().next());
                    }
                });
    }

    private static Optional<String> nameOf(ClassInfo known) {
        return Optional.ofNullable(known.declaredAnnotation(SCHEMA))
                .map(schema -> schema.value("name"))
                .map(AnnotationValue::asString);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        @Nullable Map<String, Schema> schemas =
                document.getComponents() == null ? null : document.getComponents().getSchemas();
        if (schemas == null || document.getPaths().getPathItems() == null) {
            return;
        }
        Set<String> sent = new HashSet<>();
        document.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream())
                .flatMap(operation -> Stream.ofNullable(operation.getRequestBody()))
                .flatMap(body -> Stream.ofNullable(body.getContent()))
                .flatMap(content -> content.getMediaTypes().values().stream())
                .map(MediaType::getSchema)
                .forEach(schema -> gather(schema, schemas, sent));
        schemas.forEach(
                (name, schema) -> {
                    if (name.startsWith(LISTED)) {
                        schema.setRequired(List.of("items"));
                    } else if (!sent.contains(name) && records.containsKey(name)) {
                        tell(schema, records.get(name));
                    }
                });
    }

    /** What a schema leads to. */
    private static void gather(
            @Nullable Schema schema, Map<String, Schema> schemas, Set<String> sent) {
        if (schema == null) {
            return;
        }
        if (schema.getRef() != null) {
            String name = schema.getRef().substring(IN_SCHEMAS.length());
            if (sent.add(name)) {
                gather(schemas.get(name), schemas, sent);
            }
        }
        gather(schema.getItems(), schemas, sent);
        gather(schema.getAdditionalPropertiesSchema(), schemas, sent);
        Stream.of(
                        Optional.ofNullable(schema.getProperties())
                                .<Collection<Schema>>map(Map::values)
                                .orElse(List.of()),
                        Optional.ofNullable(schema.getOneOf()).orElse(List.of()),
                        Optional.ofNullable(schema.getAnyOf()).orElse(List.of()),
                        Optional.ofNullable(schema.getAllOf()).orElse(List.of()))
                .flatMap(Collection::stream)
                .forEach(within -> gather(within, schemas, sent));
    }

    private static void tell(Schema schema, ClassInfo known) {
        if (schema.getProperties() == null) {
            return;
        }
        List<String> always =
                new ArrayList<>(Optional.ofNullable(schema.getRequired()).orElse(List.of()));
        for (RecordComponentInfo component : known.recordComponents()) {
            if (schema.getProperties().containsKey(component.name())
                    && !always.contains(component.name())
                    && !mayBeAbsent(component)
                    && !isLeftOutWhenEmpty(known, component)) {
                always.add(component.name());
            }
        }
        schema.setRequired(always.isEmpty() ? null : always);
        if (isWrittenAsNull(known)) {
            known.recordComponents().stream()
                    .filter(AlwaysThere::mayBeAbsent)
                    .filter(component -> !isSaidOtherwise(known, component))
                    .map(component -> schema.getProperties().get(component.name()))
                    .filter(Objects::nonNull)
                    .forEach(AlwaysThere::mayBeNull);
        }
    }

    private static boolean isWrittenAsNull(ClassInfo known) {
        @Nullable AnnotationInstance include = known.declaredAnnotation(INCLUDE);
        return include != null
                && include.value() != null
                && include.value().asEnum().equals("ALWAYS");
    }

    /** Of one field, which is left out then. */
    private static boolean isSaidOtherwise(ClassInfo known, RecordComponentInfo component) {
        @Nullable FieldInfo field = known.field(component.name());
        return field != null && field.hasDeclaredAnnotation(INCLUDE);
    }

    private static boolean isLeftOutWhenEmpty(ClassInfo known, RecordComponentInfo component) {
        @Nullable FieldInfo field = known.field(component.name());
        @Nullable AnnotationInstance include =
                field == null ? null : field.declaredAnnotation(INCLUDE);
        return include != null
                && include.value() != null
                && include.value().asEnum().equals("NON_EMPTY");
    }

    private static void mayBeNull(Schema schema) {
        if (schema.getType() != null && !schema.getType().contains(Schema.SchemaType.NULL)) {
            List<Schema.SchemaType> types = new ArrayList<>(schema.getType());
            types.add(Schema.SchemaType.NULL);
            schema.setType(types);
        }
    }

    private static boolean mayBeAbsent(RecordComponentInfo component) {
        @Nullable AnnotationInstance nullable = component.type().annotation(NULLABLE);
        return nullable != null || component.type().name().equals(OPTIONAL);
    }
}
