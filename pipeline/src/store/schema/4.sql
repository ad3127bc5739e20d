-- Stories that several houses print.

-- The texts that copies are known by, in the order in which they were met; 'told' is when the article says it was published, else when it was met,
-- 'signature' samples of its word sequences.
CREATE TABLE likenesses (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    article BLOB NOT NULL,
    title TEXT NOT NULL,
    told INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- The cluster of every article that has copies or is one.
CREATE TABLE copies (
    article BLOB PRIMARY KEY,
    cluster BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The earliest article of every cluster, and when it was told. A cluster's id is that of the article of it that was met first.
CREATE TABLE clusters (
    id BLOB PRIMARY KEY,
    original BLOB NOT NULL,
    told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
