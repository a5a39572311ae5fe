-- What Kafka has acknowledged lately, and where: a log can lose its tail after that.
CREATE TABLE published (
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    kafka_offset bigint      NOT NULL,
    stream       text        NOT NULL,
    version      bigint      NOT NULL,
    slot         integer     NOT NULL,
    key          text        NOT NULL,
    type         text        NOT NULL,
    payload      bytea,
    at           timestamptz NOT NULL,
    PRIMARY KEY (topic, partition, kafka_offset)
);
CREATE INDEX published_at ON published (at);

-- Where each log ended when something was last acknowledged.
CREATE TABLE log_end (
    topic        text    NOT NULL,
    partition    integer NOT NULL,
    next_offset  bigint  NOT NULL,
    forgotten    bigint  NOT NULL DEFAULT 0, -- records below this offset are no longer in published
    PRIMARY KEY (topic, partition)
);

-- The Kafka cluster that all this is about.
CREATE TABLE log_cluster (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    cluster  text    NOT NULL
);
