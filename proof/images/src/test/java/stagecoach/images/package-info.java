@NullMarked
package stagecoach.images;

import org.jspecify.annotations.NullMarked;
