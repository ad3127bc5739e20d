-- How things went over time: what the page of the admin port shows besides the present.

-- The last turns of every source (at most 50), the turn's outcome as in 'sources' or 'pushed' for what a hub sent; 'fresh' is how many items became
-- drafts, 'took' how long it was (milliseconds).
CREATE TABLE turns (
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    fresh INTEGER NOT NULL,
    took INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (source, at)
) STRICT, WITHOUT ROWID;

-- How far everything was at a minute: 'drafts' and 'records' are the last numbers of the logs, 'position NAME' that which a reader had passed,
-- 'bytes' what both logs held, 'failing' and 'stopped' how many sources were so. Older ones are kept in wider steps; nothing is averaged.
CREATE TABLE samples (
    at INTEGER NOT NULL,
    series TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (at, series)
) STRICT, WITHOUT ROWID;

-- The sources in trouble, so that nobody goes through all of them to count these.
CREATE INDEX sources_in_trouble ON sources (outcome, failing_since) WHERE outcome IN ('failed', 'gone');

-- How many dead letters there are, and of which kinds, without reading their bytes.
CREATE INDEX dead_letters_by_kind ON dead_letters (kind);
