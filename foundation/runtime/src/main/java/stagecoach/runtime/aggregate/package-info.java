/** The one write path: load, decide, append, in one transaction with the service's own tables. */
@NullMarked
package stagecoach.runtime.aggregate;

import org.jspecify.annotations.NullMarked;
