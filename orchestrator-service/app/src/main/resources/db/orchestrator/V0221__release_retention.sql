-- Which releases are kept; a null counts for nothing, and without both they are kept for good.
ALTER TABLE retention_setting
    ADD COLUMN releases_per_phase integer,
    ADD COLUMN release_days integer;

-- Which success was the newest: the one before the present one is kept. 0 where nobody knows any more.
ALTER TABLE release_success
    ADD COLUMN number bigint NOT NULL DEFAULT 0,
    ADD COLUMN ended_at timestamptz;

-- Releases that are kept no longer, so that whoever asks for one is told.
CREATE TABLE release_retired (
    id          text        PRIMARY KEY, -- <project>:<version>
    retired_at  timestamptz NOT NULL,
    reason      text        NOT NULL
);
