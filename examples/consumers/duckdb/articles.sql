-- Dateline's JSON-lines files as two views: `records` has every revision, `articles` the latest one of each article; of two
-- records of one revision the one that was made later.
-- The columns are named, so that a query does not fail where no file has a field; add those that you need (docs/record.md).
CREATE VIEW records AS
SELECT *
FROM read_json(
    'articles/*.jsonl',   -- also 'articles/**/*.jsonl.zst', or a list of patterns; files that end in .part are not complete
    format = 'newline_delimited',
    columns = {
        id: 'VARCHAR',
        revision: 'BIGINT',
        op: 'VARCHAR',
        source: 'STRUCT(kind VARCHAR, id VARCHAR, name VARCHAR, tags VARCHAR[])',
        canonical_url: 'VARCHAR',
        publisher: 'VARCHAR',
        title: 'VARCHAR',
        text: 'VARCHAR',
        language: 'STRUCT(code VARCHAR)',
        published: 'STRUCT(instant TIMESTAMPTZ, confidence DOUBLE)',
        first_seen: 'TIMESTAMPTZ',
        emitted: 'TIMESTAMPTZ',
        entities: 'STRUCT(type VARCHAR, name VARCHAR, id VARCHAR, salience DOUBLE, confidence DOUBLE)[]',
        timestamps: 'STRUCT(text VARCHAR, value VARCHAR, "interval" STRUCT("begin" VARCHAR, "end" VARCHAR))[]',
        quantities: 'STRUCT(type VARCHAR, value VARCHAR, unit VARCHAR, text VARCHAR)[]',
        duplicates: 'STRUCT(cluster VARCHAR, "of" VARCHAR)'
    }
);

CREATE VIEW articles AS
SELECT * FROM records
QUALIFY row_number() OVER (PARTITION BY id ORDER BY revision DESC, emitted DESC) = 1;
