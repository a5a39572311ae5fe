/**
 * What a deployment process may say: steps, where they run, what they do, and the rules between
 * them.
 */
@NullMarked
package stagecoach.vocabulary.process;

import org.jspecify.annotations.NullMarked;
