/** Configuration: what people set up, how it is written, and what the rest may know of it. */
@NullMarked
package stagecoach.orchestrator.app.catalog;

import org.jspecify.annotations.NullMarked;
