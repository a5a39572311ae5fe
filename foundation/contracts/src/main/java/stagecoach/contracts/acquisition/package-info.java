/** Events of the package-service's acquisition streams, and the needs they answer. */
@NullMarked
package stagecoach.contracts.acquisition;

import org.jspecify.annotations.NullMarked;
