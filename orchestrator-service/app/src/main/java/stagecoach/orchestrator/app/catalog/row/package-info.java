/** The tables of the catalog, a row each. */
@NullMarked
package stagecoach.orchestrator.app.catalog.row;

import org.jspecify.annotations.NullMarked;
