package stagecoach.runtime.access;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer where in the body, as a JSON pointer: {@code /steps/2/package/id}
 * @param detail what is wrong and what to do
 */
public record FieldError(String pointer, String detail) {}
