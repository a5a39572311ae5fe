package stagecoach.contracts.agent;

import java.util.List;
import stagecoach.contracts.acquisition.ServedBy;

/**
 * How a tentacle got a package.
 *
 * @param bytes read now, over all tries
 * @param bytesResumed already there from an interrupted try
 * @param broken sources whose bytes did not have the pinned digest, in words
 */
public record AcquisitionResult(
        ServedBy servedBy, long bytes, long bytesResumed, int attempts, List<String> broken) {
    /** Copies the list. */
    public AcquisitionResult {
        broken = List.copyOf(broken);
    }
}
