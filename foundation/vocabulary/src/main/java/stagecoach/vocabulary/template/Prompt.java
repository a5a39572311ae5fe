package stagecoach.vocabulary.template;

/**
 * The question for a variable's value when a release is deployed.
 *
 * @param label what people are asked
 * @param required whether a deployment must bring an answer that is not empty
 */
public record Prompt(String label, boolean required) {}
