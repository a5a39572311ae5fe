package stagecoach.orchestrator.app.catalog.row;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row of something that people configure. */
public interface CatalogRow {
    /** Its id, which people chose. */
    String id();

    /** Everything else that people chose; two rows that are equal here say the same. */
    List<@Nullable Object> content();
}
