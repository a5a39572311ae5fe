/** What becomes of the bytes of packages that are kept. */
@NullMarked
package stagecoach.contracts.packages;

import org.jspecify.annotations.NullMarked;
