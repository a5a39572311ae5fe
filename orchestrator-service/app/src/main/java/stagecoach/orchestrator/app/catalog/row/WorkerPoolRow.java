package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool of workers. */
@Entity
@Table(name = "worker_pool")
public class WorkerPoolRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(name);
    }
}
