/** What several commands have options for, and how people write times and spans of time. */
@NullMarked
package stagecoach.cli.option;

import org.jspecify.annotations.NullMarked;
