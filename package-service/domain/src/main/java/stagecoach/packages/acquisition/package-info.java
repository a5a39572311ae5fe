/**
 * How packages are brought where they are needed: stored once, replicated once per region, then
 * read by targets.
 */
@NullMarked
package stagecoach.packages.acquisition;

import org.jspecify.annotations.NullMarked;
