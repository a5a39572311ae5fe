/** The keys that secrets are sealed with, as services hold them and as operators change them. */
@NullMarked
package stagecoach.vocabulary.sealing;

import org.jspecify.annotations.NullMarked;
