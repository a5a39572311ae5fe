/**
 * The real Kafka broker and the real PostgreSQL server of the local default, each a process of its
 * own.
 */
@NullMarked
package stagecoach.local.embedded;

import org.jspecify.annotations.NullMarked;
