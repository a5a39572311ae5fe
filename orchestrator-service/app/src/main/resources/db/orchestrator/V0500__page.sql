-- Who has signed in to the pages. Of a session only the hash of what its cookie holds is kept, of its key the hash.
CREATE TABLE page_session (
    id          text        PRIMARY KEY, -- SHA-256, hexadecimal
    key_sha256  text        NOT NULL,    -- of the API key; the session is as good as that
    opened_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL
);
CREATE INDEX page_session_ends_at ON page_session (ends_at);

-- The newest deployments of each project and environment.
CREATE INDEX deployment_cell ON deployment (project, environment, number DESC);
