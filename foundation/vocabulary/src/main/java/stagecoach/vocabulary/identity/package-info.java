/** Typed ids: what a thing is called, so that one kind of name never stands for another. */
@NullMarked
package stagecoach.vocabulary.identity;

import org.jspecify.annotations.NullMarked;
