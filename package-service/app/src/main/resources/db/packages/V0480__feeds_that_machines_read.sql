-- Whether machines may read a feed outside themselves; who wants that says so.
ALTER TABLE feed ADD COLUMN machines_read boolean NOT NULL DEFAULT false;
