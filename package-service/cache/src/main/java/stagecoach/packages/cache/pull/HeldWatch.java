package stagecoach.packages.cache.pull;

import stagecoach.vocabulary.packages.Sha512;

/** Is told what the cache begins to hold and what it does not hold any more. */
public interface HeldWatch {

    /** Nobody wants to know. */
    HeldWatch NOBODY =
            new HeldWatch() {
                @Override
                public void came(Sha512 sha512) {}

                @Override
                public void gone(Sha512 sha512) {}
            };

    /** It is here now, verified. */
    void came(Sha512 sha512);

    /** It is not here any more. */
    void gone(Sha512 sha512);
}
