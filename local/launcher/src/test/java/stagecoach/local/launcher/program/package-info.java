@NullMarked
package stagecoach.local.launcher.program;

import org.jspecify.annotations.NullMarked;
