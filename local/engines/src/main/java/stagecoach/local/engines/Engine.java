package stagecoach.local.engines;

/** What can be started. */
public enum Engine {
    /** The Kafka broker. */
    KAFKA,
    /** The PostgreSQL server. */
    POSTGRES
}
