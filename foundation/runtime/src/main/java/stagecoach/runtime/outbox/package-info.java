/** The relay, which brings committed events to Kafka in the order of their streams. */
@NullMarked
package stagecoach.runtime.outbox;

import org.jspecify.annotations.NullMarked;
