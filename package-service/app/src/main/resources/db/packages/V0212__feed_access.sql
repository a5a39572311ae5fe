-- Who may read the built-in feed; without a row only keys may.
CREATE TABLE built_in_feed (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    access    text NOT NULL
);
