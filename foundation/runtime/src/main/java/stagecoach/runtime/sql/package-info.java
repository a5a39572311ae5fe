/** SQL in a transaction that somebody else opened and ends. */
@NullMarked
package stagecoach.runtime.sql;

import org.jspecify.annotations.NullMarked;
