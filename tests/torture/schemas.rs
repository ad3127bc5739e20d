//! The schemas of Dateline's databases as they were released, and states as older versions leave them.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

/// The mark of Dateline's databases.
pub(crate) const APPLICATION_ID: i64 = 0x4454_4c4e;

/// The steps by which databases came about.
pub(crate) const STEPS: [&str; 8] = [
    include_str!("../../pipeline/src/store/schema/1.sql"),
    include_str!("../../pipeline/src/store/schema/2.sql"),
    include_str!("../../pipeline/src/store/schema/3.sql"),
    include_str!("../../pipeline/src/store/schema/4.sql"),
    include_str!("../../pipeline/src/store/schema/5.sql"),
    include_str!("../../pipeline/src/store/schema/6.sql"),
    include_str!("../../pipeline/src/store/schema/7.sql"),
    include_str!("../../pipeline/src/store/schema/8.sql"),
];

/// Takes the step that leads to this version.
pub(crate) fn take_step(state: &Connection, version: i64) {
    let step = STEPS[usize::try_from(version).unwrap() - 1];
    state
        .execute_batch(&format!(
            "{step} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"
        ))
        .unwrap();
}

/// Makes of a database that nobody has open one of an older version, with everything that this one would have written.
pub(crate) fn take_back(database: &Path, version: i64) {
    let older = database.with_extension("older");
    let state = Connection::open(&older).unwrap();
    for version in 1..=version {
        take_step(&state, version);
    }
    state
        .execute("ATTACH ?1 AS newer", [database.to_str().unwrap()])
        .unwrap();
    for table in tables(&state) {
        let columns = columns(&state, &table).join(", ");
        state
            .execute_batch(&format!(
                "DELETE FROM main.{table}; INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table};"
            ))
            .unwrap();
    }
    // Numbers are not given twice.
    state
        .execute_batch(
            "DELETE FROM main.sqlite_sequence;
             INSERT INTO main.sqlite_sequence SELECT * FROM newer.sqlite_sequence
                 WHERE name IN (SELECT name FROM main.sqlite_schema);
             DETACH newer;",
        )
        .unwrap();
    drop(state);
    for end in ["", "-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(end);
        if let Err(error) = fs::remove_file(&name) {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
        }
    }
    fs::rename(older, database).unwrap();
}

fn tables(state: &Connection) -> Vec<String> {
    names(
        state,
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
    )
}

fn columns(state: &Connection, table: &str) -> Vec<String> {
    names(
        state,
        &format!("SELECT name FROM pragma_table_info('{table}', 'main')"),
    )
}

fn names(state: &Connection, query: &str) -> Vec<String> {
    let mut statement = state.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
