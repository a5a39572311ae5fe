-- Rows that a rebuild left as they were, since the feed no longer tells their history.
ALTER TABLE projection_rebuild ADD COLUMN rows_left bigint NOT NULL DEFAULT 0;
