-- Transfers for which there is a place, or that wait for one that another process has, until they end.
CREATE TABLE place (
    id          text        PRIMARY KEY,
    process     text        NOT NULL,
    -- The same where several processes see to one transfer: it has one place.
    transfer    text        NOT NULL,
    party       text        NOT NULL,
    bytes       bigint      NOT NULL,
    -- The names of those that count it, with blanks between them.
    budgets     text        NOT NULL,
    inside      boolean     NOT NULL,
    -- Of a process that was killed nothing counts after this.
    held_until  timestamptz NOT NULL
);
