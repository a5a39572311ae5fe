-- Whether the password of a feed outside may be sent by http; those that are there go on as they did.
ALTER TABLE feed ADD COLUMN insecure_allowed boolean NOT NULL DEFAULT false;
UPDATE feed SET insecure_allowed = true WHERE password IS NOT NULL AND url LIKE 'http:%';
