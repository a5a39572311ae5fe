/** What may stand between #{ and }: read from text into parts, with every mistake at its place. */
@NullMarked
package stagecoach.vocabulary.template.syntax;

import org.jspecify.annotations.NullMarked;
