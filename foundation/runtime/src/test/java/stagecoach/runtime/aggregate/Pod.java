package stagecoach.runtime.aggregate;

import io.vertx.core.Vertx;
import jakarta.enterprise.context.Dependent;
import org.hibernate.reactive.mutiny.Mutiny;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.store.Doorbell;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.store.StateCache;

/** Stands for another process of the same service: it remembers other things. */
@Dependent
public class Pod {
    private final Vertx vertx;
    private final Mutiny.SessionFactory factory;
    private final Codecs codecs;
    private final StateCache cache = new StateCache();

    Pod(Vertx vertx, Mutiny.SessionFactory factory, Codecs codecs) {
        this.vertx = vertx;
        this.factory = factory;
        this.codecs = codecs;
    }

    public CommandHandler handler() {
        return handler(new EventStore());
    }

    public CommandHandler handler(EventStore store) {
        return new CommandHandler(
                new UnitOfWork(vertx, factory, cache, store), store, codecs, cache, new Doorbell());
    }

    public UnitOfWork unitOfWork() {
        return new UnitOfWork(vertx, factory, cache, new EventStore());
    }
}
