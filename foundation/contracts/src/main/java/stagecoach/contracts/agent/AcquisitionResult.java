package stagecoach.contracts.agent;

import java.util.List;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.vocabulary.packages.Sha512;

/**
 * How a tentacle got a package.
 *
 * @param bytes read now, over all tries
 * @param bytesResumed already there from an interrupted try
 * @param broken sources whose bytes did not have the pinned digest, in words
 * @param removed other packages that the machine has removed: it needed the room, or nobody had
 *     used them for long
 */
public record AcquisitionResult(
        ServedBy servedBy,
        long bytes,
        long bytesResumed,
        int attempts,
        List<String> broken,
        List<Sha512> removed) {
    /** Copies the lists; a result of before machines removed anything has removed nothing. */
    public AcquisitionResult {
        broken = List.copyOf(broken);
        removed = removed == null ? List.of() : List.copyOf(removed);
    }

    /** A package for which none was removed. */
    public AcquisitionResult(
            ServedBy servedBy, long bytes, long bytesResumed, int attempts, List<String> broken) {
        this(servedBy, bytes, bytesResumed, attempts, broken, List.of());
    }

    /** The same, with these removed. */
    public AcquisitionResult withRemoved(List<Sha512> gone) {
        return new AcquisitionResult(servedBy, bytes, bytesResumed, attempts, broken, gone);
    }
}
