-- Whether a machine that may not read a package might have read it lately.
CREATE INDEX command_bytes ON command (agent, sha512) WHERE sha512 IS NOT NULL;
