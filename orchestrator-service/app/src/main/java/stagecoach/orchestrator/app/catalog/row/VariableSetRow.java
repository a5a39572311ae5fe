package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Variables that projects share. */
@Entity
@Table(name = "variable_set")
public class VariableSetRow implements CatalogRow {
    @Id public String id = "";
    public String name = "";

    /** As JSON, sealed; the same array while the variables are the same. */
    public byte[] variables = {};

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<@Nullable Object> content() {
        return Arrays.asList(name, ByteBuffer.wrap(variables));
    }
}
