package stagecoach.runtime.aggregate;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.sql.Statements;

/**
 * The blocking face of one stateless session in one transaction. Only the thread that {@link
 * UnitOfWork} gave it to may use it, and only until its function returns. Entities are plain
 * {@code @Entity} classes.
 */
public interface Tx extends Statements {
    /** Inserts one entity. */
    void insert(Object entity);

    /** Updates one entity by its id; fails if there is no such row. */
    void update(Object entity);

    /** Inserts the entity, or updates the row that has its id. */
    void upsert(Object entity);

    /** Deletes the entity's row. */
    void delete(Object entity);

    /** The entity with this id. */
    <T> Optional<T> find(Class<T> type, Object id);

    /** Entities or scalars by HQL with parameters {@code ?1 ?2 …}. */
    <T> List<T> query(Class<T> type, String hql, @Nullable Object... positional);

    /** The first {@code limit} results of {@link #query}. */
    <T> List<T> page(Class<T> type, String hql, int limit, @Nullable Object... positional);
}
