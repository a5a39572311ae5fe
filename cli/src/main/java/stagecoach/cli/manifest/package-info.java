/** The manifest file: read with line numbers, compared with what is, applied. */
@NullMarked
package stagecoach.cli.manifest;

import org.jspecify.annotations.NullMarked;
