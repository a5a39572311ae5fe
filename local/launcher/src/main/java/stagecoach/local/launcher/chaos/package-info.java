/** Many deployments at once while processes are killed and taken away, judged by what ran. */
@NullMarked
package stagecoach.local.launcher.chaos;

import org.jspecify.annotations.NullMarked;
