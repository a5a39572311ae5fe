-- How long packages are kept in the built-in feed; a null counts for nothing.
ALTER TABLE retention_setting
    ADD COLUMN package_versions           integer,
    ADD COLUMN package_days               integer,
    ADD COLUMN package_free_disk_percent  integer;
