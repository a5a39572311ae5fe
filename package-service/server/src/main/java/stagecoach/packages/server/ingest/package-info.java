/** The door for packages: whatever comes in is measured, read with suspicion, and named. */
@NullMarked
package stagecoach.packages.server.ingest;

import org.jspecify.annotations.NullMarked;
