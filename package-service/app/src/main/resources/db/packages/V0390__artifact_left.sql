-- Bytes of collected files that no row of artifact means any more and that are still to be deleted.
CREATE TABLE artifact_left (
    sha512    text        NOT NULL PRIMARY KEY,
    failed_at timestamptz
);
