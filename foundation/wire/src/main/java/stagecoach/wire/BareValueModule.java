package stagecoach.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.Deserializers;
import com.fasterxml.jackson.databind.deser.KeyDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.Serializers;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record whose only component is named {@code value} is written as that value, also as a map's
 * key.
 */
final class BareValueModule extends SimpleModule {
    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        context.addSerializers(
                new Serializers.Base() {
                    @Override
                    public @Nullable JsonSerializer<?> findSerializer(
                            SerializationConfig config,
                            JavaType type,
                            BeanDescription description) {
                        return Bare.of(type.getRawClass()).map(Write::new).orElse(null);
                    }
                });
        context.addKeySerializers(
                new Serializers.Base() {
                    @Override
                    public @Nullable JsonSerializer<?> findSerializer(
                            SerializationConfig config,
                            JavaType type,
                            BeanDescription description) {
                        return Bare.of(type.getRawClass()).map(WriteKey::new).orElse(null);
                    }
                });
        context.addDeserializers(
                new Deserializers.Base() {
                    @Override
                    public @Nullable JsonDeserializer<?> findBeanDeserializer(
                            JavaType type,
                            DeserializationConfig config,
                            BeanDescription description) {
                        return Bare.of(type.getRawClass()).map(Read::new).orElse(null);
                    }
                });
        context.addKeyDeserializers(
                new KeyDeserializers() {
                    @Override
                    public @Nullable KeyDeserializer findKeyDeserializer(
                            JavaType type,
                            DeserializationConfig config,
                            BeanDescription description) {
                        return Bare.of(type.getRawClass())
                                .filter(bare -> bare.valueType == String.class)
                                .map(ReadKey::new)
                                .orElse(null);
                    }
                });
    }

    /** A record class with the one component. */
    private record Bare(
            Class<?> type, Class<?> valueType, Method accessor, Constructor<?> constructor) {
        static Optional<Bare> of(Class<?> type) {
            if (!type.isRecord()) {
                return Optional.empty();
            }
            RecordComponent[] components = type.getRecordComponents();
            if (components.length != 1 || !components[0].getName().equals("value")) {
                return Optional.empty();
            }
            try {
                var valueType = components[0].getType();
                return Optional.of(
                        new Bare(
                                type,
                                valueType,
                                components[0].getAccessor(),
                                type.getDeclaredConstructor(valueType)));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException("a record has its canonical constructor", e);
            }
        }

        Object unwrap(Object value) throws JsonMappingException {
            try {
                return accessor.invoke(value);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new JsonMappingException(
                        null, "cannot read the value of " + type.getSimpleName(), e);
            }
        }

        Object wrap(Object value) throws ReflectiveOperationException {
            return constructor.newInstance(value);
        }

        static String sentence(ReflectiveOperationException e) {
            Throwable cause = e.getCause();
            return cause == null || cause.getMessage() == null
                    ? String.valueOf(e)
                    : String.valueOf(cause.getMessage());
        }
    }

    private static final class Write extends JsonSerializer<Object> {
        private final Bare bare;

        Write(Bare bare) {
            this.bare = bare;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            // Most are texts, for which no serializer needs to be looked up.
            Object content = bare.unwrap(value);
            if (content instanceof String text) {
                generator.writeString(text);
            } else {
                provider.defaultSerializeValue(content, generator);
            }
        }
    }

    private static final class WriteKey extends JsonSerializer<Object> {
        private final Bare bare;

        WriteKey(Bare bare) {
            this.bare = bare;
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            generator.writeFieldName(bare.unwrap(value).toString());
        }
    }

    private static final class Read extends JsonDeserializer<Object> {
        private final Bare bare;

        Read(Bare bare) {
            this.bare = bare;
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            Object value =
                    bare.valueType == String.class && parser.hasToken(JsonToken.VALUE_STRING)
                            ? parser.getText()
                            : context.readValue(parser, bare.valueType);
            try {
                return bare.wrap(value);
            } catch (ReflectiveOperationException e) {
                throw context.weirdStringException(
                        String.valueOf(value), bare.type, Bare.sentence(e));
            }
        }
    }

    private static final class ReadKey extends KeyDeserializer {
        private final Bare bare;

        ReadKey(Bare bare) {
            this.bare = bare;
        }

        @Override
        public Object deserializeKey(String key, DeserializationContext context)
                throws IOException {
            try {
                return bare.wrap(key);
            } catch (ReflectiveOperationException e) {
                throw context.weirdKeyException(bare.type, key, Bare.sentence(e));
            }
        }
    }
}
