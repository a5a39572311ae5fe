/** Which holder a target reads from: nearest first. */
@NullMarked
package stagecoach.packages.routing;

import org.jspecify.annotations.NullMarked;
