-- What NuGet clients want to know of a package. NULL where it came before this was kept: the service
-- reads it from the stored package when it starts.
ALTER TABLE package
    ADD COLUMN details   text,
    ADD COLUMN searched  text    NOT NULL DEFAULT '', -- in lower case
    ADD COLUMN semver2   boolean NOT NULL DEFAULT false,
    ADD COLUMN types     text[]  NOT NULL DEFAULT '{dependency}'; -- in lower case

UPDATE package SET
    searched = lower(id || E'\n' || authors || E'\n' || description),
    semver2 = version ~ '-[^.]*\.';
