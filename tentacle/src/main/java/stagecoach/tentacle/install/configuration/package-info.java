/** Values in structured files: where they stand, and what takes their place. */
@NullMarked
package stagecoach.tentacle.install.configuration;

import org.jspecify.annotations.NullMarked;
