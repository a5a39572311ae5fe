-- Copies in caches: what they are, when they were last used, and whether one is just being dropped.
ALTER TABLE replicated
    ADD COLUMN id text,
    ADD COLUMN version text,
    ADD COLUMN size bigint,
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN dropping text, -- why; nobody is sent there for it any more
    ADD COLUMN reason text;
UPDATE replicated r SET id = p.id, version = p.version, size = p.size
    FROM package p WHERE p.sha512 = r.sha512;
UPDATE replicated r SET id = f.id, version = f.version, size = f.size
    FROM first_seen f WHERE f.sha512 = r.sha512 AND r.id IS NULL;
-- What nobody knows the name of is found again on the cache's own disk.
DELETE FROM replicated WHERE id IS NULL;
ALTER TABLE replicated
    ALTER COLUMN id SET NOT NULL,
    ALTER COLUMN version SET NOT NULL,
    ALTER COLUMN size SET NOT NULL;
CREATE INDEX replicated_sha512 ON replicated (sha512);

-- Since when the bytes of a package are lost: it is not offered until somebody brings them back.
ALTER TABLE package ADD COLUMN lost_at timestamptz;

-- Where the reading again of all that is stored has come to.
CREATE TABLE scrub (
    only_one       boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    began          timestamptz NOT NULL,
    after          text        NOT NULL, -- the digest that was read last
    claimed_until  timestamptz NOT NULL  -- by the process that reads
);

ALTER TABLE retention_setting
    ADD COLUMN cache_days integer,
    ADD COLUMN cache_free_disk_percent integer;
