package stagecoach.cli.option;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much may be on its way at once. */
public final class BudgetOptions {
    /** The field of a body that bounds bytes. */
    public static final String RATE = "bytesPerSecondMax";

    /** The field of a body that bounds packages. */
    public static final String PLACES = "transfersMax";

    @Option(
            names = "--bytes-per-second-max",
            paramLabel = "N",
            description = "So many bytes a second, from 1000; 0: without limit.")
    @Nullable Long bytesPerSecondMax;

    @Option(
            names = "--transfers-max",
            paramLabel = "N",
            description = "So many packages at once; 0: without limit.")
    @Nullable Integer transfersMax;

    /** Whether any of them was given. */
    public boolean isGiven() {
        return bytesPerSecondMax != null || transfersMax != null;
    }

    /** Changes what was given in a document; 0 takes a limit away. */
    public void putInto(ObjectNode document) {
        if (bytesPerSecondMax != null) {
            document.remove(RATE);
            if (bytesPerSecondMax != 0) {
                document.put(RATE, bytesPerSecondMax);
            }
        }
        if (transfersMax != null) {
            document.remove(PLACES);
            if (transfersMax != 0) {
                document.put(PLACES, transfersMax);
            }
        }
    }

    /** Says what was given in the body of a request. */
    public void putInto(Map<String, Object> body) {
        if (bytesPerSecondMax != null && bytesPerSecondMax != 0) {
            body.put(RATE, bytesPerSecondMax);
        }
        if (transfersMax != null && transfersMax != 0) {
            body.put(PLACES, transfersMax);
        }
    }
}
