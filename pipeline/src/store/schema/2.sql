-- When a source has its next turn and why; hosts that are left alone.

-- Every source that has had a turn. 'due' is null for one that is not asked any more; 'address' is
-- where it was asked last, 'host' what it shares limits with, 'failing_since' when the present row of
-- failures began, 'plan' the reasons for 'due' (JSON), 'pace' what the next plan is made from (JSON).
CREATE TABLE planned_sources (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT,
    address TEXT,
    host TEXT,
    due INTEGER,
    attempted INTEGER NOT NULL,
    succeeded INTEGER,
    last_read INTEGER,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    outcome TEXT NOT NULL,
    status INTEGER,
    fault TEXT,
    reason TEXT,
    drafts INTEGER NOT NULL,
    plan TEXT NOT NULL,
    pace TEXT NOT NULL,
    memory TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO planned_sources
    (id, kind, title, due, attempted, succeeded, last_read, failures, failing_since, outcome, status, fault, reason,
     drafts, plan, pace, memory)
SELECT id, kind, title, due, attempted, succeeded, last_read, failures,
    CASE WHEN failures > 0 THEN coalesce(succeeded, attempted) END,
    outcome, status, fault, reason, drafts, '{}', '{}', memory
FROM sources;
DROP TABLE sources;
ALTER TABLE planned_sources RENAME TO sources;

-- Hosts that are left alone as a whole until an instant, and for how long (milliseconds): the next
-- hold in a row is longer.
CREATE TABLE holds (
    host TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    length INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
