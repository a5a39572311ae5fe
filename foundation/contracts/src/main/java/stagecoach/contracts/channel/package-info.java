/** What is published where: topics, event types, partitions, retention. */
@NullMarked
package stagecoach.contracts.channel;

import org.jspecify.annotations.NullMarked;
