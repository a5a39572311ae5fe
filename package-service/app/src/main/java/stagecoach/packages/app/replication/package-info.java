/** Brings packages into caches, and lets caches pull them from here. */
@NullMarked
package stagecoach.packages.app.replication;

import org.jspecify.annotations.NullMarked;
