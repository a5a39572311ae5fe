@NullMarked
package stagecoach.local.launcher.images;

import org.jspecify.annotations.NullMarked;
