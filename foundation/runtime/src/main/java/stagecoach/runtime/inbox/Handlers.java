package stagecoach.runtime.inbox;

/**
 * The names of the handlers that a table knows. They are few and streams are many: they are found
 * one by one, each by the index that begins with them.
 */
public final class Handlers {
    private Handlers() {}

    /**
     * What follows {@code WITH RECURSIVE} so that there is {@code handlers (handler)}, with one row
     * that is null.
     *
     * @param table one whose key begins with {@code handler}
     */
    public static String of(String table) {
        return """
               handlers AS (
                   SELECT min(handler) AS handler FROM %1$s
                   UNION ALL
                   SELECT (SELECT min(i.handler) FROM %1$s i WHERE i.handler > h.handler) FROM handlers h
                   WHERE h.handler IS NOT NULL)"""
                .formatted(table);
    }
}
