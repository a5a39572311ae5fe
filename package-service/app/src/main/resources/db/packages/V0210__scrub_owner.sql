-- Who reads all that is stored again just now: only the claim of his own is his to give back.
ALTER TABLE scrub ADD COLUMN claimed_by text;
