/** Scripts as processes that outlive the tentacle, and what is known of them afterwards. */
@NullMarked
package stagecoach.tentacle.script;

import org.jspecify.annotations.NullMarked;
