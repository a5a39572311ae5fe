package stagecoach.packages.server.grant;

import java.util.Locale;
import java.util.regex.Pattern;
import stagecoach.vocabulary.identity.CacheId;

/** Who may use a grant: known by what the connection proves, not by what it says. */
public sealed interface Reader {

    /** The text form that stands in a grant. */
    String text();

    /**
     * A tentacle, by its certificate.
     *
     * @param thumbprint the certificate's SHA-256 as 64 lower-case hexadecimal digits
     */
    record Tentacle(String thumbprint) implements Reader {

        private static final String PREFIX = "tentacle:";
        private static final Pattern RULE = Pattern.compile("[0-9a-f]{64}");

        /** Takes digits of either case. */
        public Tentacle {
            thumbprint = thumbprint.toLowerCase(Locale.ROOT);
            if (!RULE.matcher(thumbprint).matches()) {
                throw new IllegalArgumentException(
                        "A thumbprint is a SHA-256, written as 64 hexadecimal digits.");
            }
        }

        @Override
        public String text() {
            return PREFIX + thumbprint;
        }
    }

    /** A regional cache. */
    record Cache(CacheId cache) implements Reader {

        private static final String PREFIX = "cache:";

        @Override
        public String text() {
            return PREFIX + cache.value();
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static Reader parse(String text) {
        if (text.startsWith(Tentacle.PREFIX)) {
            return new Tentacle(text.substring(Tentacle.PREFIX.length()));
        }
        if (text.startsWith(Cache.PREFIX)) {
            return new Cache(new CacheId(text.substring(Cache.PREFIX.length())));
        }
        throw new IllegalArgumentException("This names neither a tentacle nor a cache.");
    }
}
