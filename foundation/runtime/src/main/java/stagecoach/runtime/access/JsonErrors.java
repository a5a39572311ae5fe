package stagecoach.runtime.access;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with a JSON body, in words for whoever wrote it: where, what, what to do. */
public final class JsonErrors {
    private static final Pattern FORMAT_PREFIX =
            Pattern.compile(
                    "^Cannot deserialize value of type .*? from (?:String|Number) .*?: (?=[\"A-Z0-9])",
                    Pattern.DOTALL);

    /** Of a body that would cost more to read than anything that is meant. */
    public static final String TOO_MUCH =
            "The body goes deeper, or has a longer name or number, than anything here. Look where it repeats itself.";

    private JsonErrors() {}

    /** The error behind a parser's or mapper's exception. */
    public static FieldError of(JsonProcessingException failure) {
        return switch (failure) {
            case UnrecognizedPropertyException unknown ->
                    new FieldError(
                            pointer(unknown),
                            "There is no field \"%s\" here. Known: %s."
                                    .formatted(
                                            unknown.getPropertyName(),
                                            known(unknown.getKnownPropertyIds())));
            case InvalidTypeIdException type ->
                    new FieldError(
                            pointer(type) + "/type",
                            "\"%s\" is no known type here.".formatted(type.getTypeId()));
            case InvalidFormatException format -> new FieldError(pointer(format), format(format));
            case ValueInstantiationException value ->
                    new FieldError(pointer(value), sentenceOf(value));
            case MismatchedInputException mismatch ->
                    new FieldError(pointer(mismatch), mismatch(mismatch));
            case JsonMappingException mapping ->
                    new FieldError(pointer(mapping), sentenceOf(mapping));
            case StreamConstraintsException _ -> new FieldError("", TOO_MUCH);
            default -> new FieldError("", "The body is no JSON" + at(failure) + ".");
        };
    }

    private static String known(@Nullable Collection<Object> fields) {
        return fields == null
                ? "none"
                : fields.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    private static String format(InvalidFormatException failure) {
        Class<?> target = failure.getTargetType();
        if (target != null && target.isEnum()) {
            return "\"%s\" is none of %s.".formatted(failure.getValue(), constants(target));
        }
        String message = String.valueOf(failure.getOriginalMessage());
        var prefix = FORMAT_PREFIX.matcher(message);
        return target != null && target.isRecord() && prefix.find()
                ? message.substring(prefix.end())
                : "\"%s\" is no %s.".formatted(failure.getValue(), nameOf(target));
    }

    private static String mismatch(MismatchedInputException failure) {
        String message = String.valueOf(failure.getOriginalMessage());
        if (message.startsWith("No content")) {
            return "The body is empty; send a JSON object.";
        }
        return "Here must stand %s.".formatted(nameOf(failure.getTargetType()));
    }

    private static String sentenceOf(JsonMappingException failure) {
        for (@Nullable Throwable t = failure.getCause(); t != null; t = t.getCause()) {
            if (t instanceof IllegalArgumentException && t.getMessage() != null) {
                return t.getMessage();
            }
            if (t instanceof NullPointerException) {
                return "A field that must be given is missing here.";
            }
        }
        return "This cannot be read as it stands.";
    }

    private static String nameOf(@Nullable Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type.isEnum()) {
            return "one of " + constants(type);
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a text";
        }
        if (type == java.time.Instant.class) {
            return "a time such as 2026-11-23T06:00:00Z";
        }
        if (type == java.time.Duration.class) {
            return "a duration such as PT30S";
        }
        return Map.class.isAssignableFrom(type) || type.isRecord() || type.isInterface()
                ? "an object"
                : "a value of another form";
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(Object::toString)
                .collect(Collectors.joining(", "));
    }

    private static String pointer(JsonMappingException failure) {
        var pointer = new StringBuilder();
        for (JsonMappingException.Reference step : failure.getPath()) {
            pointer.append('/');
            if (step.getFieldName() == null) {
                pointer.append(step.getIndex());
            } else {
                pointer.append(step.getFieldName().replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }

    private static String at(JsonProcessingException failure) {
        @Nullable JsonLocation location = failure.getLocation();
        return location == null
                ? ""
                : ": line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }
}
