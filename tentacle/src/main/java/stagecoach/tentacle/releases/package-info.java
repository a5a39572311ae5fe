/** Which releases of a package stay installed on a machine, and who uses them. */
@NullMarked
package stagecoach.tentacle.releases;

import org.jspecify.annotations.NullMarked;
