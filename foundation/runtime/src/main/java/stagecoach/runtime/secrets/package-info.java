/** Secrets at rest: sealed with a key that the database never sees. */
@NullMarked
package stagecoach.runtime.secrets;

import org.jspecify.annotations.NullMarked;
