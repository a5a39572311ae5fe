package stagecoach.packages.app.replication;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import stagecoach.packages.server.pull.LongestTransfer;

/** How patiently packages are brought into caches. */
@ConfigMapping(prefix = "stagecoach.replication")
public interface ReplicationConfig {
    /** At least so many bytes a server examines in a second. */
    long EXAMINED_PER_SECOND = 10_000_000;

    /** Tries in a row that bring no byte. */
    @WithDefault("6")
    int fruitlessMax();

    /** Pause after the first try that failed; it doubles, with jitter. */
    @WithDefault("PT0.5S")
    Duration backoffFirst();

    /** The longest pause. */
    @WithDefault("PT15S")
    Duration backoffMax();

    /** The longest time without a byte before a cache is told to begin again. */
    @WithDefault("PT3M")
    Duration stallMax();

    /** The longest time without a byte while a cache reads again so many that it has. */
    default Duration stallWithin(long bytes) {
        return stallMax().plusSeconds(bytes / EXAMINED_PER_SECOND);
    }

    /** The longest silence of a cache that is read from. */
    @WithDefault("PT30S")
    Duration silenceMax();

    /** How long one package may take into one cache; longer if it is large. */
    @WithDefault("PT6H")
    Duration totalMax();

    /** How long so many bytes may take into one cache. */
    default Duration longest(long bytes) {
        return new LongestTransfer(totalMax()).of(bytes);
    }

    /** How long a connection to a cache may take to stand. */
    @WithDefault("PT10S")
    Duration connectMax();

    /** The same while another cache can be tried in its stead. */
    @WithDefault("PT3S")
    Duration connectQuickMax();

    /** How long it is remembered that nobody could be reached at a cache. */
    @WithDefault("PT1M")
    Duration downFor();

    /** How often it is looked what caches hold and need not. */
    @WithDefault("PT5M")
    Duration lookAgain();

    /** How long a cache may wait for news before it answers. */
    @WithDefault("PT1S")
    Duration newsWithin();

    /**
     * How long a NuGet server may work on a push that it has all bytes of; longer if it is large.
     */
    @WithDefault("PT3M")
    Duration answerMax();

    /** How long it may work on so many bytes: it reads them again, and has them examined. */
    default Duration answerWithin(long bytes) {
        return answerMax().plusSeconds(bytes / EXAMINED_PER_SECOND);
    }

    /** How long a NuGet server may take to show what it was given. */
    @WithDefault("PT2M")
    Duration visibleMax();

    /**
     * How long one that failed at a push is looked at before it is pushed to again, if the push did
     * not take longer: by then it shows what it took all the same.
     */
    @WithDefault("PT10S")
    Duration errorMin();

    /** How long a NuGet server is left alone at the most when it asks for that. */
    @WithDefault("PT5M")
    Duration askedMax();
}
