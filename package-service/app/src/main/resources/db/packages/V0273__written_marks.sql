-- Where a mark was really written, a folder without one is not mounted; a null is one that was only
-- given, or is of an older server and was not seen since.
ALTER TABLE folder_mark ADD COLUMN written_at timestamptz;
