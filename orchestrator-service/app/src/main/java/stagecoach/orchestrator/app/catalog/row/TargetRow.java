package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A deployment target; how its tentacle is stands in {@link AgentRow}, since that outlives the
 * configuration.
 */
@Entity
@Table(name = "target")
public class TargetRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";

    /** Ids, as a JSON array. */
    public String environments = "[]";

    /** Tags, as a JSON array. */
    public String tags = "[]";

    public @Nullable String region;
    public boolean disabled;

    /** Where the gateway dials it; null of one that dials the gateway. */
    public @Nullable String address;

    /** Of the certificate of one that is dialled, as it was registered. */
    @Column(name = "registered_thumbprint")
    public @Nullable String registeredThumbprint;

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(
                name, environments, tags, region, disabled, address, registeredThumbprint);
    }
}
