-- Those whose bytes were let go, in order: each sweep sees whether some of them are still, or again, on the disk.
CREATE INDEX first_seen_let_go ON first_seen (sha512) WHERE bytes_gone_at IS NOT NULL;
