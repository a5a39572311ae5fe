/** Migrations on a real database. */
@NullMarked
package stagecoach.migration;

import org.jspecify.annotations.NullMarked;
