-- What caches keep; null where it counts for nothing.
ALTER TABLE retention_setting
    ADD COLUMN cache_days integer,
    ADD COLUMN cache_free_disk_percent integer;
