package stagecoach.wire;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.impl.DefinitionKey;
import com.github.victools.jsonschema.generator.naming.SchemaDefinitionNamingStrategy;
import java.io.UncheckedIOException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.EventType;

/**
 * JSON Schema of the events, from their records as {@link StagecoachJson} writes them: the
 * properties are those that it writes, and the required ones are those without which it reads
 * nothing.
 */
final class EventSchemas {
    /** Where definitions lie in a schema of the version that AsyncAPI understands, too. */
    static final String DEFINITIONS = "definitions";

    private final SourceComments comments;

    EventSchemas(SourceComments comments) {
        this.comments = comments;
    }

    /** One document: any event, with a definition of each event and of all that is in them. */
    ObjectNode document() {
        var builder = new SchemaGenerator(config().build()).buildMultipleSchemaDefinitions();
        ObjectNode document = StagecoachJson.mapper().createObjectNode();
        document.put("$schema", "http://json-schema.org/draft-07/schema#");
        document.put("title", "The data of any event of Stagecoach");
        ArrayNode any = document.putArray("oneOf");
        EventType.all().forEach(event -> any.add(builder.createSchemaReference(event)));
        var sorted = new TreeMap<String, ObjectNode>();
        builder.collectDefinitions(DEFINITIONS)
                .properties()
                .forEach(entry -> sorted.put(entry.getKey(), (ObjectNode) entry.getValue()));
        document.putObject(DEFINITIONS).setAll(sorted);
        return document;
    }

    private SchemaGeneratorConfigBuilder config() {
        var config =
                new SchemaGeneratorConfigBuilder(
                                StagecoachJson.mapper(),
                                SchemaVersion.DRAFT_7,
                                OptionPreset.PLAIN_JSON)
                        .with(Option.DEFINITIONS_FOR_ALL_OBJECTS)
                        .with(Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
                        .with(Option.EXTRA_OPEN_API_FORMAT_VALUES)
                        .with(Option.PLAIN_DEFINITION_KEYS);
        config.forTypesInGeneral()
                .withCustomDefinitionProvider(this::define)
                .withDefinitionNamingStrategy(new Names());
        return config;
    }

    /** A name that tells people where the type is from; an event's is its own. */
    private static final class Names implements SchemaDefinitionNamingStrategy {
        @Override
        public String getDefinitionNameForKey(DefinitionKey key, SchemaGenerationContext context) {
            Class<?> type = key.getType().getErasedType();
            String name = type.getSimpleName();
            if (EventType.all().contains(type)) {
                return name;
            }
            for (Class<?> at = type.getEnclosingClass(); at != null; at = at.getEnclosingClass()) {
                name = at.getSimpleName() + "." + name;
            }
            return name;
        }
    }

    private @Nullable CustomDefinition define(
            ResolvedType resolved, SchemaGenerationContext context) {
        Class<?> type = resolved.getErasedType();
        ObjectNode schema = StagecoachJson.mapper().createObjectNode();
        comments.of(type).ifPresent(text -> schema.put("description", text));
        if (type.isSealed() && type.isInterface()) {
            ArrayNode any = schema.putArray("oneOf");
            for (Class<?> permitted : Examples.recordsOf(type)) {
                any.add(context.createDefinitionReference(resolve(context, permitted)));
            }
        } else if (type.isEnum()) {
            schema.put("type", "string");
            ArrayNode values = schema.putArray("enum");
            for (Object value : type.getEnumConstants()) {
                values.add(((Enum<?>) value).name());
            }
        } else if (type.isRecord()) {
            Optional<RecordComponent> bare = bareValue(type);
            if (bare.isPresent()) {
                Type value = bare.get().getGenericType();
                schema.setAll(context.createDefinition(resolve(context, value)));
            } else {
                describe(type, schema, context);
            }
        } else {
            return null;
        }
        return new CustomDefinition(
                schema,
                CustomDefinition.DefinitionType.ALWAYS_REF,
                CustomDefinition.AttributeInclusion.NO);
    }

    private static Optional<RecordComponent> bareValue(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        return components.length == 1 && components[0].getName().equals("value")
                ? Optional.of(components[0])
                : Optional.empty();
    }

    private void describe(Class<?> type, ObjectNode schema, SchemaGenerationContext context) {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = StagecoachJson.mapper().createArrayNode();
        if (hasTypeInIt(type)) {
            properties.putObject("type").put("const", type.getSimpleName());
            required.add("type");
        }
        var example = StagecoachJson.mapper().<ObjectNode>valueToTree(Examples.of(type));
        var config = StagecoachJson.mapper().getSerializationConfig();
        for (BeanPropertyDefinition property :
                config.introspect(config.constructType(type)).findProperties()) {
            if (property.couldSerialize()) {
                String name = property.getName();
                ObjectNode value = reference(property.getAccessor().getMember(), context);
                comments.of(type, name)
                        .ifPresentOrElse(
                                text -> properties.set(name, described(value, text)),
                                () -> properties.set(name, value));
                if (!isReadWithout(example, name, type)) {
                    required.add(name);
                }
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }

    private static boolean hasTypeInIt(Class<?> type) {
        return Arrays.stream(type.getInterfaces()).anyMatch(Class::isSealed);
    }

    private static ObjectNode reference(Member member, SchemaGenerationContext context) {
        Type type =
                member instanceof Method method
                        ? method.getGenericReturnType()
                        : ((java.lang.reflect.Field) member).getGenericType();
        ResolvedType resolved = resolve(context, type);
        if (resolved.getErasedType() == Optional.class) {
            resolved = resolved.typeParametersFor(Optional.class).getFirst();
        }
        return context.createDefinitionReference(resolved);
    }

    private static ResolvedType resolve(SchemaGenerationContext context, Type type) {
        return context.getTypeContext().resolve(type);
    }

    /** In this version of JSON Schema nothing beside a reference counts. */
    private static ObjectNode described(ObjectNode value, String text) {
        ObjectNode described = StagecoachJson.mapper().createObjectNode();
        described.put("description", text);
        described.putArray("allOf").add(value);
        return described;
    }

    private static boolean isReadWithout(ObjectNode whole, String property, Class<?> type) {
        ObjectNode less = whole.deepCopy();
        less.remove(property);
        try {
            Object read = StagecoachJson.readWhole(less.toString(), type);
            return read != null;
        } catch (UncheckedIOException missed) {
            return false;
        }
    }
}
