/** What people configure, as the documents that services learn from each other. */
@NullMarked
package stagecoach.contracts.configuration;

import org.jspecify.annotations.NullMarked;
