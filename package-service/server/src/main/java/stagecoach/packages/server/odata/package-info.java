/** The old protocol of NuGet (v2), as far as its last clients ask. */
@NullMarked
package stagecoach.packages.server.odata;

import org.jspecify.annotations.NullMarked;
