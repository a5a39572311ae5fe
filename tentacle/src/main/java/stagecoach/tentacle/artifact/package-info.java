/** Files that scripts collect: found, sent to the server, and named in the result. */
@NullMarked
package stagecoach.tentacle.artifact;

import org.jspecify.annotations.NullMarked;
