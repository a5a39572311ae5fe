/** Who may call, and how refusals are told, once for all services. */
@NullMarked
package stagecoach.runtime.access;

import org.jspecify.annotations.NullMarked;
