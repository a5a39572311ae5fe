package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.packages.TransferBudget;

/** A region. */
@Entity
@Table(name = "region")
public class RegionRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";

    @Column(name = "server_fallback")
    public boolean serverFallback = true;

    @Column(name = "bytes_per_second_max")
    public @Nullable Long bytesPerSecondMax;

    @Column(name = "transfers_max")
    public @Nullable Integer transfersMax;

    /** What may enter it at once. */
    public TransferBudget budget() {
        return new TransferBudget(
                Optional.ofNullable(bytesPerSecondMax), Optional.ofNullable(transfersMax));
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(name, serverFallback, bytesPerSecondMax, transfersMax);
    }
}
