/** Variables, their scopes, and the #{…} template language. */
@NullMarked
package stagecoach.vocabulary.template;

import org.jspecify.annotations.NullMarked;
