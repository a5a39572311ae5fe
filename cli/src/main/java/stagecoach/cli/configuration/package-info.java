/** Commands for what people configure besides the manifest: machines, keys, and removing things. */
@NullMarked
package stagecoach.cli.configuration;

import org.jspecify.annotations.NullMarked;
