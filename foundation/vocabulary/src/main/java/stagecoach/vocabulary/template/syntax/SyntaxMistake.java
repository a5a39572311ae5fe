package stagecoach.vocabulary.template.syntax;

/** Something that looks like a part of a template and is none; it stays in the text as written. */
public record SyntaxMistake(Position at, String why) {
    /** Where, what, and what to do, for the one who wrote it. */
    public String sentence() {
        return "%s: %s Write ##{ where the text #{ itself is meant.".formatted(at, why);
    }

    /** Where and what to do, without any of the text, which is a secret. */
    public String withoutText() {
        return "%s: #{ begins nothing that can be read. Mend it, or write ##{ where the text #{ itself is meant."
                .formatted(at);
    }
}
