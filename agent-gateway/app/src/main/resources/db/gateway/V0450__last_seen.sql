-- When machines that are connected were heard last, and the room on their disks: written once a
-- minute for all of a gateway process. A table of its own, so that nobody who works with an agent
-- waits for that.
CREATE TABLE agent_seen (
    agent            text PRIMARY KEY,
    seen_at          timestamptz NOT NULL,
    free_disk_bytes  bigint      NOT NULL
);
