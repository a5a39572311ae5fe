/**
 * Output and progress of commands, from the connection to Kafka, in order and in bounded memory.
 */
@NullMarked
package stagecoach.gateway.app.output;

import org.jspecify.annotations.NullMarked;
