-- How often articles may be revised, revisions that wait, and where the latest record of each article stands.

-- 'budget' is how many revisions an article may still have at once, 'dry' how often in a row it has been spent, 'counted' when one last
-- came back to it. 'record' is the latest record's number in the log, which it may have left; 'from_page' whether its text is that of the
-- article's page.
ALTER TABLE articles ADD COLUMN budget INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN dry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN record INTEGER;
ALTER TABLE articles ADD COLUMN from_page INTEGER NOT NULL DEFAULT 0;

-- The latest content of articles that are revised too often, as a record without a revision, and when it becomes one.
CREATE TABLE held (
    article BLOB PRIMARY KEY,
    due INTEGER NOT NULL,
    source TEXT NOT NULL,
    content BLOB NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX held_by_due ON held (due);
CREATE INDEX held_by_source ON held (source);
