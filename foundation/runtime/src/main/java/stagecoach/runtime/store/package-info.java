/**
 * The tables that every service has: events appended by expected version, and what goes out with
 * them.
 */
@NullMarked
package stagecoach.runtime.store;

import org.jspecify.annotations.NullMarked;
