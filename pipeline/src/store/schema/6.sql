-- What operators do with dead letters: records that are delivered once more, input that is read once more.

-- 'only' is the sink that alone gets a record, null where everybody does: one that it had refused, in place of the record 'replaces', which it
-- passes over for as long as this one is in the log.
ALTER TABLE records ADD COLUMN only TEXT;
ALTER TABLE records ADD COLUMN replaces INTEGER;
CREATE INDEX records_for_one ON records (only, replaces) WHERE only IS NOT NULL;

-- By what its source knows the input that could not be read (keys of 'seen'): the part, and the file that it is in, which may be the same.
ALTER TABLE dead_letters ADD COLUMN item BLOB;
ALTER TABLE dead_letters ADD COLUMN file BLOB;
CREATE INDEX dead_letters_by_file ON dead_letters (origin, file) WHERE file IS NOT NULL;
