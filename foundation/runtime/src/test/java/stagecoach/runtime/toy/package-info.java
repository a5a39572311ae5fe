/** A toy service with one aggregate, on which the runtime is proven. */
@NullMarked
package stagecoach.runtime.toy;

import org.jspecify.annotations.NullMarked;
