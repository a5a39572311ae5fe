/** What the documents of all services say of each operation alike. */
@NullMarked
package stagecoach.runtime.document;

import org.jspecify.annotations.NullMarked;
