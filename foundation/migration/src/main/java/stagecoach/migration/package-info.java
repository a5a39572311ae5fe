/** Brings each service's schema to the version that its SQL files describe. */
@NullMarked
package stagecoach.migration;

import org.jspecify.annotations.NullMarked;
