-- Where an event was published, so that it can be published there again.
ALTER TABLE event ADD COLUMN topic text, ADD COLUMN key text;

-- How often and when the owner was asked for what comes before.
ALTER TABLE gap ADD COLUMN asked integer NOT NULL DEFAULT 0, ADD COLUMN asked_at timestamptz;
