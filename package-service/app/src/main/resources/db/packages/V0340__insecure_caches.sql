-- Whether what a NuGet server is shown may be sent by http; those that are there go on as they did.
ALTER TABLE cache ADD COLUMN insecure_allowed boolean NOT NULL DEFAULT false;
UPDATE cache SET insecure_allowed = true
WHERE credentials IS NOT NULL AND (url LIKE 'http:%' OR push_url LIKE 'http:%');
