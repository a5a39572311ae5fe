/** The regional cache: one lean process and one disk, near the machines that read from it. */
@NullMarked
package stagecoach.packages.cache;

import org.jspecify.annotations.NullMarked;
