package stagecoach.runtime.access;

import java.util.List;

/** A request body that is wrong; it becomes a 400 that names every error at once. */
public final class InvalidInput extends RuntimeException {
    private final transient List<FieldError> errors;

    /** All that is wrong; at least one error. */
    public InvalidInput(List<FieldError> errors) {
        super("%d errors, the first: %s".formatted(errors.size(), errors.getFirst()));
        this.errors = List.copyOf(errors);
    }

    /** One thing that is wrong. */
    public InvalidInput(String pointer, String detail) {
        this(List.of(new FieldError(pointer, detail)));
    }

    /** What is wrong. */
    public List<FieldError> errors() {
        return errors;
    }
}
