package stagecoach.tentacle.install.configuration;

/**
 * What takes the place of a value.
 *
 * @param variable whose value it is
 * @param start where the old value begins, in characters of the text
 * @param end where the rest of the text begins
 * @param text the value as the format writes it
 */
record Replacement(String variable, int start, int end, String text) {}
