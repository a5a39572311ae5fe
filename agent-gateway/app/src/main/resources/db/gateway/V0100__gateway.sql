-- What the agent-gateway keeps about tentacles besides its events.

-- Who is trusted, and how it is: kept in the transaction that appends to agent-<agent>.
CREATE TABLE agent (
    agent            text PRIMARY KEY,
    thumbprint       text UNIQUE,            -- of its certificate; null once it is revoked
    document         text        NOT NULL,   -- the target or worker it was enrolled as
    enrolled_at      timestamptz NOT NULL,
    revoked_at       timestamptz,
    health           text        NOT NULL,
    health_reason    text        NOT NULL,
    health_at        timestamptz NOT NULL,
    version          text,
    free_disk_bytes  bigint,
    capabilities     text[]      NOT NULL
);

-- One-time tokens. The token itself is shown once and kept nowhere.
CREATE TABLE enrolment (
    token_sha256  text PRIMARY KEY,
    agent         text        NOT NULL,
    document      text        NOT NULL,
    made_by       text        NOT NULL,
    made_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    used_by       text                       -- the thumbprint that it was exchanged for
);
CREATE INDEX enrolment_expires_at ON enrolment (expires_at);

-- Environments, regions and worker pools that exist, as stagecoach.configuration tells.
CREATE TABLE known_place (
    kind  text NOT NULL,
    id    text NOT NULL,
    PRIMARY KEY (kind, id)
);

-- The gateway processes. One whose lease has run out is taken for dead.
CREATE TABLE pod (
    pod          uuid PRIMARY KEY,
    lease_until  timestamptz NOT NULL
);

-- The newest session of each agent. A row is never deleted: its epoch must not begin again.
CREATE TABLE session (
    agent         text PRIMARY KEY,
    epoch         bigint      NOT NULL,
    pod           uuid,                      -- who holds the connection; null if there is none
    connected_at  timestamptz NOT NULL
);
CREATE INDEX session_pod ON session (pod) WHERE pod IS NOT NULL;

-- The mailbox: commands to tentacles, from their arrival until some days after their end.
CREATE TABLE command (
    ticket         uuid PRIMARY KEY,
    seq            bigint GENERATED ALWAYS AS IDENTITY,
    agent          text        NOT NULL,
    kind           text        NOT NULL,     -- RunScript, AcquirePackage, …; CancelCommand for a tombstone
    command        text        NOT NULL,     -- as it came, so that a redelivery is the same bytes
    sha512         text,                     -- what it lets the agent read at the bytes port while it is open
    state          text        NOT NULL CHECK (state IN ('PENDING', 'SENT', 'STARTED', 'ENDED')),
    version        integer     NOT NULL,     -- of this row, for compare-and-set
    session_epoch  bigint,                   -- of the session that it was last sent in
    waiting        boolean     NOT NULL,     -- the agent's session has something to say about it
    expires_at     timestamptz NOT NULL,
    overdue_at     timestamptz,
    cancel_at      timestamptz,
    kill_after     text,
    abandon_after  text,
    due_at         timestamptz,              -- when time alone changes something
    result         text,
    truth_open     boolean     NOT NULL DEFAULT false,
    ended_at       timestamptz
);
CREATE INDEX command_open ON command (agent, seq) WHERE state <> 'ENDED';
CREATE INDEX command_waiting ON command (agent, seq) WHERE waiting;
CREATE INDEX command_due ON command (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX command_ended ON command (ended_at) WHERE state = 'ENDED';
