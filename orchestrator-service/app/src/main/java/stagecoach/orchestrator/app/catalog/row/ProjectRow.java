package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A project with its process and its variables, which are documents of their own in the API. */
@Entity
@Table(name = "project")
public class ProjectRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";
    public @Nullable String description;

    /** Phases, each a list of environment ids, as JSON. */
    public String lifecycle = "[]";

    /** The variable sets that it names, in its order, as a JSON array of ids. */
    @Column(name = "variable_sets")
    public String variableSets = "[]";

    /** The process, as JSON. */
    public String process = "";

    /** The variables, as JSON, sealed: some of their values are secrets. */
    public byte[] variables = {};

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(name, description, lifecycle, variableSets);
    }
}
