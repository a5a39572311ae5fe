@NullMarked
package stagecoach.local.launcher.command.bench;

import org.jspecify.annotations.NullMarked;
