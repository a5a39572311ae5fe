/** Output and progress on their way to Kafka, without history. */
@NullMarked
package stagecoach.runtime.logs;

import org.jspecify.annotations.NullMarked;
