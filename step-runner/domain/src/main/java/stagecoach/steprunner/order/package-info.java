/** In which order steps run, at how many places at once, and whether at all. */
@NullMarked
package stagecoach.steprunner.order;

import org.jspecify.annotations.NullMarked;
