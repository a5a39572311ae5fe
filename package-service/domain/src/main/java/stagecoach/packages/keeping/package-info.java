/** Which bytes are kept, and which may go. */
@NullMarked
package stagecoach.packages.keeping;

import org.jspecify.annotations.NullMarked;
