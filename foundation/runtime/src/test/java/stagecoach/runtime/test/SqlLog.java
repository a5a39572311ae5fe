package stagecoach.runtime.test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The statements that are sent to the database while it is open, of all threads. */
public final class SqlLog extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("org.hibernate.SQL");
    private final Level before = logger.getLevel();
    private final boolean parents = logger.getUseParentHandlers();
    private final List<String> statements = new CopyOnWriteArrayList<>();

    /** Begins to listen. */
    public SqlLog() {
        setLevel(Level.ALL);
        logger.setLevel(Level.FINE);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /** Those that begin so, in order. */
    public List<String> beginningWith(String beginning) {
        return statements.stream().filter(s -> s.startsWith(beginning)).toList();
    }

    @Override
    public void publish(LogRecord record) {
        statements.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(parents);
        logger.setLevel(before);
    }
}
