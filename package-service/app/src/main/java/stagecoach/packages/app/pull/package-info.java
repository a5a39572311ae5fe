/** Lets caches pull packages from here, as fast as the budgets allow. */
@NullMarked
package stagecoach.packages.app.pull;

import org.jspecify.annotations.NullMarked;
