/** How much may be on its way at once, and whose turn it is. */
@NullMarked
package stagecoach.packages.budget;

import org.jspecify.annotations.NullMarked;
