/**
 * What a step sees at one place: variables, outputs of earlier steps, and the payload made of them.
 */
@NullMarked
package stagecoach.steprunner.variables;

import org.jspecify.annotations.NullMarked;
