-- What caches keep besides: so many versions of each package (null: their number counts for nothing),
-- and what kept releases have pinned.
ALTER TABLE retention_setting
    ADD COLUMN cache_versions integer,
    ADD COLUMN cache_keep_released boolean NOT NULL DEFAULT true;
