/**
 * What requests of all services have in common: pages, how a write is meant, bodies read so that
 * every mistake is told at once and by name.
 */
@NullMarked
package stagecoach.runtime.request;

import org.jspecify.annotations.NullMarked;
