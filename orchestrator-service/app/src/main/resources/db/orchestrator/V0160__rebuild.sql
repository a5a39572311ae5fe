-- Read models are rebuilt from the feed, in a schema beside this one, while reads see the present one.
CREATE SCHEMA IF NOT EXISTS ${flyway:defaultSchema}_shadow;

-- Which stream and version an event is, so that the feed can be asked for what comes next in a stream.
ALTER TABLE feed
    ADD COLUMN stream text GENERATED ALWAYS AS (CAST(event AS jsonb) ->> 'subject') STORED,
    ADD COLUMN version bigint GENERATED ALWAYS AS (CAST(CAST(event AS jsonb) ->> 'streamversion' AS bigint)) STORED;
CREATE UNIQUE INDEX feed_stream ON feed (stream, version);

-- The newest rebuild of each read model. Its place moves in the transaction that writes the shadow.
CREATE TABLE projection_rebuild (
    name          text        PRIMARY KEY,
    state         text        NOT NULL, -- RUNNING, DONE, FAILED
    begun         boolean     NOT NULL, -- whether the shadow is there
    seq           bigint      NOT NULL, -- the last event of the feed that was looked at
    asked_by      text        NOT NULL,
    asked_at      timestamptz NOT NULL,
    ended_at      timestamptz,
    failure       text,
    rows_removed  bigint      NOT NULL DEFAULT 0,
    rows_written  bigint      NOT NULL DEFAULT 0
);
