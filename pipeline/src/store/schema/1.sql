-- Instants are milliseconds since 1970 (UTC). Hashes are 16 bytes.

-- Facts about the database itself; 'log' is its identity, 'log of SINK' that for a sink that held more than the log of a
-- restored backup, 'away SINK' the last record when the daemon started and the sink has not been open since.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('log', lower(hex(randomblob(8))));

-- Bytes held by each log, kept with every commit so that nobody has to count them.
CREATE TABLE logs (
    name TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO logs VALUES ('drafts', 0), ('records', 0);

-- The first log: items as their sources gave them.
CREATE TABLE drafts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,
    draft TEXT NOT NULL
) STRICT;

-- The second log: one record per article version, as it is delivered.
CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    op TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    language TEXT,
    size INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;

-- How far each reader of a log has come: 'transform' in drafts, 'jsonl.NAME' and 'kafka.NAME' in
-- records.
CREATE TABLE positions (
    reader TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every source that has had a turn.
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT,
    due INTEGER NOT NULL,
    attempted INTEGER NOT NULL,
    succeeded INTEGER,
    last_read INTEGER,
    failures INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    fault TEXT,
    reason TEXT,
    drafts INTEGER NOT NULL,
    memory TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The latest fingerprint of every item of a source, and when it last became a draft.
CREATE TABLE seen (
    source TEXT NOT NULL,
    key BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    drafted INTEGER NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

-- The article index: the latest version of every article.
CREATE TABLE articles (
    id BLOB PRIMARY KEY,
    revision INTEGER NOT NULL,
    content BLOB NOT NULL,
    title TEXT NOT NULL,
    sketch INTEGER,
    has_link INTEGER NOT NULL,
    guid_source TEXT,
    stated INTEGER,
    home TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    sighted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What articles are found by: hashes of guids, links, titles and bodies.
CREATE TABLE article_keys (
    key BLOB NOT NULL,
    article BLOB NOT NULL,
    PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID;

-- The content in which each source last carried an article, and whether it ever carried the same
-- as the record.
CREATE TABLE sightings (
    article BLOB NOT NULL,
    source TEXT NOT NULL,
    content BLOB NOT NULL,
    faithful INTEGER NOT NULL,
    PRIMARY KEY (article, source)
) STRICT, WITHOUT ROWID;

-- The content of every revision of an article, and the source that it was taken from: a source that
-- lags behind shows them again.
CREATE TABLE versions (
    article BLOB NOT NULL,
    content BLOB NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (article, content)
) STRICT, WITHOUT ROWID;

-- What could not be made into a record or delivered, with the reason and the bytes.
CREATE TABLE dead_letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    stage TEXT NOT NULL,
    origin TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    record_seq INTEGER,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX dead_letters_by_record ON dead_letters (origin, record_seq) WHERE record_seq IS NOT NULL;
