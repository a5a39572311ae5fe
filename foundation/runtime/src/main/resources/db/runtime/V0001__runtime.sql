-- What every service has in its own schema. The rows are written by foundation/runtime only.

CREATE TABLE event (
    stream       text        NOT NULL,
    version      bigint      NOT NULL CHECK (version > 0),
    type         text        NOT NULL,
    data         bytea       NOT NULL,
    at           timestamptz NOT NULL,
    actor        text        NOT NULL,
    causation    text,
    deployment   text,
    project      text,
    environment  text,
    run          integer,
    PRIMARY KEY (stream, version)
);

-- What waits for the relay. Slot 0 is the event itself (joined), 1..n the commands to tentacles that it caused.
CREATE TABLE outbox (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream   text    NOT NULL,
    version  bigint  NOT NULL,
    slot     integer NOT NULL,
    topic    text    NOT NULL,
    key      text    NOT NULL,
    type     text    NOT NULL,
    payload  bytea,
    UNIQUE (stream, version, slot)
);

-- The last event of each source stream that a handler has dealt with.
CREATE TABLE inbox (
    handler  text    NOT NULL,
    stream   text    NOT NULL,
    version  bigint  NOT NULL,
    held     boolean NOT NULL DEFAULT false, -- rows of this stream wait in gap
    parked   boolean NOT NULL DEFAULT false, -- rows of this stream wait in parked
    PRIMARY KEY (handler, stream)
);

-- Events that came before an earlier one of their stream; they are handled when it has come.
CREATE TABLE gap (
    handler  text        NOT NULL,
    stream   text        NOT NULL,
    version  bigint      NOT NULL,
    headers  text        NOT NULL,
    data     bytea       NOT NULL,
    since    timestamptz NOT NULL,
    PRIMARY KEY (handler, stream, version)
);

-- Events that could not be understood or led to something impossible, and all later ones of their stream.
CREATE TABLE parked (
    handler  text        NOT NULL,
    stream   text        NOT NULL,
    version  bigint      NOT NULL,
    headers  text        NOT NULL,
    data     bytea       NOT NULL,
    reason   text        NOT NULL,
    since    timestamptz NOT NULL,
    PRIMARY KEY (handler, stream, version)
);

CREATE TABLE timer (
    stream   text        NOT NULL,
    name     text        NOT NULL,
    kind     text        NOT NULL,
    due      timestamptz NOT NULL,
    fire_at  timestamptz NOT NULL, -- due, or later after a failure
    failures integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (stream, name)
);
CREATE INDEX timer_fire_at ON timer (fire_at);

CREATE TABLE api_key (
    id         text PRIMARY KEY,
    name       text        NOT NULL,
    sha256     text        NOT NULL UNIQUE,
    roles      text[]      NOT NULL,
    expires_at timestamptz
);

CREATE TABLE idempotency (
    caller      text        NOT NULL,
    key         text        NOT NULL,
    method_path text        NOT NULL,
    body_sha256 text        NOT NULL,
    status      integer,
    location    text,
    body        bytea,                -- sealed
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_created_at ON idempotency (created_at);
