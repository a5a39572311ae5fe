/** Each piece of work once, however many deployments wait for it. */
@NullMarked
package stagecoach.packages.app.transfer;

import org.jspecify.annotations.NullMarked;
