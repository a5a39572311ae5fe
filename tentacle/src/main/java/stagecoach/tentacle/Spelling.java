package stagecoach.tentacle;

import java.io.IOException;

/** How this process spells names of files and variables of environments. */
final class Spelling {
    private Spelling() {}

    /**
     * Makes sure that it can spell all of them. Otherwise scripts would get other values than were
     * given, secrets among them, which no mask would find in their output.
     *
     * @param encoding Java's, which it takes from the locale
     * @throws IOException with what to do
     */
    static void check(String encoding) throws IOException {
        if (!encoding.equalsIgnoreCase("UTF-8")) {
            throw new IOException(
                    "This tentacle was started with a locale that knows only the letters of %s: values with others would reach scripts damaged, and secrets unmasked. Start it with LC_ALL=C.UTF-8 in its environment, or another locale of UTF-8."
                            .formatted(encoding));
        }
    }
}
