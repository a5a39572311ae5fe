-- Who told that he got other bytes from a cache: one machine alone may be wrong itself, or lie.
CREATE TABLE suspicion (
    cache    text         NOT NULL,
    sha512   text         NOT NULL,
    machine  text         NOT NULL,
    at       timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (cache, sha512, machine)
);

-- Whether enough of them agree for a copy to be replaced; until then it is only looked at.
ALTER TABLE suspect ADD COLUMN confirmed boolean NOT NULL DEFAULT true;
