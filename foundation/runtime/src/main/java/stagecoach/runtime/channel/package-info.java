/** How records of Kafka reach the channels: poll by poll, one batch at a time. */
@NullMarked
package stagecoach.runtime.channel;

import org.jspecify.annotations.NullMarked;
