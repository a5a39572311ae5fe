package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An environment. */
@Entity
@Table(name = "environment")
public class EnvironmentRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";

    /** Whether a failure waits for a person's decision, unless a deployment says otherwise. */
    @Column(name = "guided_failure")
    public boolean guidedFailure;

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(name, guidedFailure);
    }
}
