-- Teams of whoever holds a key: whom a process may ask by name.
ALTER TABLE api_key ADD COLUMN teams text[] NOT NULL DEFAULT '{}';
