/**
 * Connections to Kafka: how its records reach the channels, poll by poll, one batch at a time, and
 * how it is asked about itself.
 */
@NullMarked
package stagecoach.runtime.channel;

import org.jspecify.annotations.NullMarked;
