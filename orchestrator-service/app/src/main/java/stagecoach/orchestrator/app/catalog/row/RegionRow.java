package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A region. */
@Entity
@Table(name = "region")
public class RegionRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";

    @Column(name = "server_fallback")
    public boolean serverFallback = true;

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(name, serverFallback);
    }
}
