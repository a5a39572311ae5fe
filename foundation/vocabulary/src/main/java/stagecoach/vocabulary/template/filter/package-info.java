/** What filters make of values: escapes, digests, and the parts of dates, URIs and versions. */
@NullMarked
package stagecoach.vocabulary.template.filter;

import org.jspecify.annotations.NullMarked;
