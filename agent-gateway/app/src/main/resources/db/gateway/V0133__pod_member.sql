-- What a process is called among those who read from Kafka, so that others can end its turn there
-- when it is dead. Null for one that has stopped, or is of an older version.
ALTER TABLE pod ADD COLUMN member text;
