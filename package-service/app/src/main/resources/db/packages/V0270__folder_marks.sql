-- The marks that folders of caches were given, by which they are known again; of several for one
-- place the newest counts.
CREATE TABLE folder_mark (
    mark      text         PRIMARY KEY,
    push_url  text         NOT NULL, -- the place
    given_at  timestamptz  NOT NULL DEFAULT clock_timestamp()
);
