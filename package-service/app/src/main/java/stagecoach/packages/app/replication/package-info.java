/** Brings packages into caches. */
@NullMarked
package stagecoach.packages.app.replication;

import org.jspecify.annotations.NullMarked;
