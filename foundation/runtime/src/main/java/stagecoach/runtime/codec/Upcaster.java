package stagecoach.runtime.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Lifts events of one old type to the next one, wherever they are read: store or topic. A bean per
 * step; steps are chained, so that the newest classes are the only ones that the rules know.
 */
public interface Upcaster {
    /** The old type, such as {@code stagecoach.PhaseStarted.v1}. */
    String from();

    /** The type that {@link #upcast} makes of it. */
    String to();

    /** The same event in the new form. */
    ObjectNode upcast(ObjectNode old);
}
