-- Feeds outside.
CREATE TABLE feed (
    id                text    PRIMARY KEY,
    name              text    NOT NULL,
    kind              text    NOT NULL,
    url               text    NOT NULL,
    username          text,
    password          bytea,            -- sealed
    attempts          integer NOT NULL, -- of a download
    backoff_millis    bigint  NOT NULL
);

-- What a version of a feed was when it was first seen; it is never taken for anything else.
CREATE TABLE first_seen (
    feed         text        NOT NULL,
    id_key       text        NOT NULL, -- in lower case
    version_key  text        NOT NULL, -- in lower case
    id           text        NOT NULL,
    version      text        NOT NULL,
    sha512       text        NOT NULL,
    size         bigint      NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (feed, id_key, version_key)
);
CREATE INDEX first_seen_sha512 ON first_seen (sha512);
