/** What is kept of packages: who needs them, what goes, and whether it is still what it was. */
@NullMarked
package stagecoach.packages.app.keeping;

import org.jspecify.annotations.NullMarked;
