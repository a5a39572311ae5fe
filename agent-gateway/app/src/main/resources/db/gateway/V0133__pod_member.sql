-- What a process is called among those who read from Kafka, so that others can end its turn there
-- when it is dead. Null for one that has stopped, or is of an older version.
ALTER TABLE pod ADD COLUMN member text;

-- When it last said that it lives. Null for one of an older version.
ALTER TABLE pod ADD COLUMN renewed_at timestamptz;

-- Whose turn was ended, so that only one of the others does it, and not again and again. A table of
-- its own: nobody locks the row by which a process says that it lives.
CREATE TABLE pod_taken (
    pod         uuid PRIMARY KEY REFERENCES pod (pod) ON DELETE CASCADE,
    renewed_at  timestamptz NOT NULL,          -- the last sign of life before that silence
    taken_at    timestamptz NOT NULL
);
