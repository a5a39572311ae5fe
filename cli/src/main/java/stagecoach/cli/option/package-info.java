/** What people write in options for times and spans of time. */
@NullMarked
package stagecoach.cli.option;

import org.jspecify.annotations.NullMarked;
