-- When a package was last pushed, read, pinned or deployed; those that came before this count as used now.
ALTER TABLE package ADD COLUMN used_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX package_used ON package (used_at);

-- Bytes that perhaps no package has any more; whoever deletes them holds the lock of their digest.
CREATE TABLE unused_blob (
    sha512  text PRIMARY KEY
);

-- How long packages are kept; a null counts for nothing, and without a row the defaults count.
CREATE TABLE retention_setting (
    only_one           boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    versions           integer,
    days               integer,
    free_disk_percent  integer
);
