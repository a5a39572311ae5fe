@NullMarked
package stagecoach.local.launcher.demo;

import org.jspecify.annotations.NullMarked;
