-- Which ids the built-in feed may answer for from a feed outside, as people wrote them, with blanks between.
ALTER TABLE feed ADD COLUMN read_through text NOT NULL DEFAULT '';

-- The ids of which a version was ever pushed here: no feed outside answers for them any more.
CREATE TABLE pushed_id (
    id_key  text PRIMARY KEY -- in lower case
);
INSERT INTO pushed_id (id_key)
    SELECT id_key FROM package
    UNION
    SELECT lower(convert_from(data, 'UTF8')::jsonb -> 'pin' ->> 'id') FROM event
    WHERE type LIKE '%PackageRemoved%' AND convert_from(data, 'UTF8')::jsonb -> 'pin' ->> 'id' IS NOT NULL;

-- What the built-in feed has given away under a name that it had from a feed outside; never anything else.
CREATE TABLE read_through (
    id_key       text        NOT NULL, -- in lower case
    version_key  text        NOT NULL, -- in lower case
    feed         text        NOT NULL,
    id           text        NOT NULL,
    version      text        NOT NULL,
    sha512       text        NOT NULL,
    size         bigint      NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (id_key, version_key)
);
