//! The database's tables, and how older databases are brought up to them.

use std::path::Path;

use rusqlite::Connection;

use super::copy::{Over, copy};
use super::{StoreError, doing};
use crate::crash;

/// "DTLN": marks a database as Dateline's (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4454_4c4e;

/// Begins the name of the copy that is made before a schema is brought up; the version that it had follows.
pub(super) const COPY: &str = "dateline.db.schema-";

/// One step per schema version; the n-th brings version n to n + 1. Steps that have been released
/// never change.
const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
];

/// The schema version that this program writes.
pub const VERSION: i64 = STEPS.len() as i64;

/// Refuses a database that somebody else made, before anything is written to it.
pub(super) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let foreign = || StoreError::Foreign {
        path: path.to_owned(),
    };
    let mark = number(connection, "PRAGMA application_id").map_err(|error| match error {
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == rusqlite::ErrorCode::NotADatabase =>
        {
            foreign()
        }
        source => doing(format!("reading {}", path.display()))(source),
    })?;
    let tables = number(connection, "SELECT count(*) FROM sqlite_schema")
        .map_err(doing(format!("reading {}", path.display())))?;
    if mark != APPLICATION_ID && (mark != 0 || tables > 0) {
        return Err(foreign());
    }
    Ok(())
}

/// Refuses a database of another version, which whoever only reads does not bring up.
pub(super) fn refuse_other(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = not_later(connection, path)?;
    if found < VERSION {
        return Err(StoreError::TooOld {
            path: path.to_owned(),
            found,
            known: VERSION,
        });
    }
    Ok(())
}

/// The schema version of a database, which may be no later one than [`VERSION`].
fn not_later(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let found = version(connection).map_err(doing(format!("reading {}", path.display())))?;
    if found > VERSION {
        return Err(StoreError::TooNew {
            path: path.to_owned(),
            found,
            known: VERSION,
        });
    }
    Ok(found)
}

/// Brings the schema up to [`VERSION`], after a copy was made of what is there: the way back to the version before.
///
/// Without room for a copy it goes on all the same, since each step holds or has never been; what is lost is the way back, which is said.
pub(super) fn bring_up(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = not_later(connection, path)?;
    if found > 0 && found < VERSION {
        let to = path.with_file_name(format!("{COPY}{found}"));
        tracing::info!(
            from = found,
            to = VERSION,
            copy = %to.display(),
            "the state was written by an earlier version: it is copied, then brought up"
        );
        match copy(connection, path, &to, Over::Earlier) {
            Ok(bytes) => tracing::info!(
                copy = %to.display(),
                bytes,
                "the state as it was before; delete it when the new version has proved itself"
            ),
            Err(error @ StoreError::NoRoom { .. }) => {
                tracing::warn!(%error, "no copy is made of the state as it was: there will be no way back");
            }
            Err(error) => return Err(error),
        }
    }
    crash::point("schema.copied");
    migrate(connection, path)
}

/// Brings the schema up to [`VERSION`], one transaction a step.
pub(super) fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = not_later(connection, path)?;
    for (from, step) in STEPS
        .iter()
        .enumerate()
        .skip(usize::try_from(found).unwrap_or(0))
    {
        let to = from + 1;
        connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; {step} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {to}; COMMIT;"
            ))
            .map_err(doing(format!("bringing {} to schema {to}", path.display())))?;
        crash::point("schema.step");
    }
    Ok(())
}

/// The schema version of a database.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    number(connection, "PRAGMA user_version")
}

fn number(connection: &Connection, sql: &str) -> rusqlite::Result<i64> {
    connection.query_row(sql, [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::super::Reader;
    use super::super::identity::log_identity;
    use super::*;

    /// A database of an older version.
    struct Older {
        path: PathBuf,
        connection: Connection,
        _folder: TempDir,
    }

    impl Older {
        /// Of this version, with `rows`.
        fn new(version: usize, rows: &str) -> Older {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.db");
            let connection = Connection::open(&path).unwrap();
            let steps = STEPS[..version].concat();
            connection
                .execute_batch(&format!(
                    "{steps} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; {rows}"
                ))
                .unwrap();
            Older {
                path,
                connection,
                _folder: folder,
            }
        }

        fn bring_up(&self) -> Reader<'_> {
            migrate(&self.connection, &self.path).unwrap();
            Reader::new(&self.connection)
        }
    }

    #[test]
    fn migrating_twice_changes_nothing_and_keeps_the_identity() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let connection = Connection::open(&path).unwrap();
        migrate(&connection, &path).unwrap();
        let identity = log_identity(&connection).unwrap();
        assert_eq!(identity.len(), 16);
        migrate(&connection, &path).unwrap();
        assert_eq!(log_identity(&connection).unwrap(), identity);
        assert_eq!(version(&connection).unwrap(), VERSION);
        refuse_foreign(&connection, &path).unwrap();
    }

    #[test]
    fn sources_of_the_first_version_are_taken_over() {
        let older = Older::new(
            1,
            "INSERT INTO sources VALUES
                 ('good', 'feed', 'Good News', 5000, 4000, 4000, 3000, 0, 'unchanged', 304, NULL, NULL, 7, '{\"a\":1}'),
                 ('bad', 'feed', NULL, 9000, 4000, 1000, NULL, 3, 'failed', 500, 'http_status', 'why', 0, 'null');",
        );
        assert!(matches!(
            refuse_other(&older.connection, &older.path),
            Err(StoreError::TooOld { found: 1, .. })
        ));
        let sources = older.bring_up().sources().unwrap();
        refuse_other(&older.connection, &older.path).unwrap();
        let [bad, good] = sources.as_slice() else {
            unreachable!("two sources: {sources:?}")
        };
        assert_eq!(good.title.as_deref(), Some("Good News"));
        assert_eq!(good.due.unwrap().as_millisecond(), 5000);
        assert_eq!((good.drafts, good.failing_since), (7, None));
        assert_eq!(good.memory, serde_json::json!({ "a": 1 }));
        assert_eq!(bad.failures, 3);
        assert_eq!(bad.failing_since.unwrap().as_millisecond(), 1000);
        assert_eq!(bad.plan, crate::collect::Plan::default());
    }

    #[test]
    fn articles_of_the_second_version_have_their_whole_budget() {
        let older = Older::new(
            2,
            "INSERT INTO articles VALUES
                 (zeroblob(16), 3, zeroblob(16), 'ferry stays', NULL, 1, NULL, NULL, 'f', 4000, 5000);",
        );
        let article = older.bring_up().article(&[0; 16]).unwrap().unwrap();
        assert_eq!((article.revision, article.from_page), (3, false));
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let spent = article.budget.spend(now).unwrap();
        assert_eq!(
            Ok(spent),
            crate::transform::damping::Budget::full(now).spend(now)
        );
    }

    #[test]
    fn sources_in_trouble_of_the_fourth_version_are_counted() {
        let older = Older::new(
            4,
            "INSERT INTO sources (id, kind, attempted, failures, failing_since, outcome, drafts, plan, pace, memory) VALUES
                 ('good', 'feed', 4000, 0, NULL, 'read', 7, '{}', '{}', 'null'),
                 ('bad', 'feed', 4000, 3, 1000, 'failed', 7, '{}', '{}', 'null'),
                 ('gone', 'feed', 4000, 1, 3000, 'gone', 7, '{}', '{}', 'null');",
        );
        let reader = older.bring_up();
        let since = jiff::Timestamp::from_millisecond(2000).unwrap();
        let trouble = reader.trouble(since).unwrap();
        assert_eq!(
            (trouble.failing, trouble.failing_long, trouble.stopped),
            (1, 1, 1)
        );
        assert!(reader.turns("good").unwrap().is_empty());
        assert!(reader.samples(jiff::Timestamp::MIN).unwrap().is_empty());
    }

    #[test]
    fn drafts_and_records_of_the_fourth_version_have_no_trace() {
        let older = Older::new(
            4,
            "INSERT INTO drafts (at, source, size, draft) VALUES (4000, 'f', 2, '{}');
             INSERT INTO records (at, id, revision, op, kind, source, language, size, record)
                 VALUES (4000, 'a', 1, 'new', 'feed', 'f', NULL, 2, '{}');",
        );
        let reader = older.bring_up();
        let drafts = reader.drafts_after(0, 10, 1000).unwrap();
        let records = reader.records_after(0, 10, 1000).unwrap();
        assert_eq!((drafts.len(), records.len()), (1, 1));
        assert_eq!((&drafts[0].trace, &records[0].trace), (&None, &None));
    }

    #[test]
    fn later_and_foreign_databases_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let connection = Connection::open(&path).unwrap();
        migrate(&connection, &path).unwrap();
        connection
            .execute_batch("PRAGMA user_version = 99")
            .unwrap();
        let message = migrate(&connection, &path).unwrap_err().to_string();
        assert!(
            message.contains("later version") && message.contains("schema 99"),
            "{message}"
        );

        let other = folder.path().join("other.db");
        let connection = Connection::open(&other).unwrap();
        connection
            .execute_batch("CREATE TABLE somebody(x)")
            .unwrap();
        assert!(matches!(
            refuse_foreign(&connection, &other),
            Err(StoreError::Foreign { .. })
        ));

        let text = folder.path().join("text.db");
        std::fs::write(
            &text,
            "this is a letter, not a database, and long enough to be looked at ".repeat(20),
        )
        .unwrap();
        let connection = Connection::open(&text).unwrap();
        assert!(matches!(
            refuse_foreign(&connection, &text),
            Err(StoreError::Foreign { .. })
        ));
    }
}
