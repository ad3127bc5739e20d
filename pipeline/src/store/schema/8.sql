-- Records that are made anew from drafts that are still there.

-- 'draft' is the draft that the latest record was made of, or the one that the waiting revision was; null where an earlier version of Dateline made it.
ALTER TABLE articles ADD COLUMN draft INTEGER;
ALTER TABLE held ADD COLUMN draft INTEGER;
CREATE INDEX articles_by_draft ON articles (draft) WHERE draft IS NOT NULL;
CREATE INDEX held_by_draft ON held (draft) WHERE draft IS NOT NULL;

-- What operators had made anew, the last job at the end; one without 'ended' runs. 'becomes' is 'revisions' or 'replacements', 'sources' a list (JSON) of
-- their ids, empty for all. It goes over the drafts after 'first' up to 'last', and has come to 'position'; the counts are those of drafts by what came of them,
-- 'unknown' being among the 'made', and 'gone' those that had left before it came to them.
CREATE TABLE reprocess (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    began INTEGER NOT NULL,
    becomes TEXT NOT NULL,
    since INTEGER,
    sources TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    position INTEGER NOT NULL,
    drafts INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    same INTEGER NOT NULL DEFAULT 0,
    superseded INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    unreadable INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    ended INTEGER,
    cancelled INTEGER NOT NULL DEFAULT 0
) STRICT;
