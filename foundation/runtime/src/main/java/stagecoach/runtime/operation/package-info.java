/** What a service tells of its own operation, and to whom. */
@NullMarked
package stagecoach.runtime.operation;

import org.jspecify.annotations.NullMarked;
