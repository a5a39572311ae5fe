-- What a foreign NuGet server is shown: a user, and sealed with it API key and password.
ALTER TABLE cache ADD COLUMN username text;
ALTER TABLE cache ADD COLUMN credentials bytea;
