/** Files that scripts have collected: kept beside the packages, until their deployment goes. */
@NullMarked
package stagecoach.packages.app.artifact;

import org.jspecify.annotations.NullMarked;
