package stagecoach.packages.cache.feed;

/** Whether a NuGet client may read here. */
public sealed interface Admission {

    /** It may. */
    record Admitted() implements Admission {}

    /** It shows no key that is known here. */
    record Unknown(String sentence) implements Admission {}

    /** Nobody may now: the central server has not been heard of for too long. */
    record NotNow(String sentence) implements Admission {}
}
