/** Starts the embedded Kafka and PostgreSQL as child processes, for tests and for the launcher. */
@NullMarked
package stagecoach.local.engines;

import org.jspecify.annotations.NullMarked;
