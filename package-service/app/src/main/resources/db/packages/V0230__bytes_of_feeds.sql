-- When a package of a feed outside was last fetched, read, pinned or deployed, and since when its bytes are not kept
-- here any more. Its row stays: a version never changes. Pods of before this write neither, and what they fetch again
-- stays marked: it may go again, but for what is leased, and the next newer pod that is asked for it keeps it.
ALTER TABLE first_seen
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN bytes_gone_at timestamptz;
CREATE INDEX first_seen_used ON first_seen (used_at) WHERE bytes_gone_at IS NULL;
