//! Whether a database is sound, and says of itself what is true.

use std::path::Path;

use rusqlite::Connection;
use serde::Serialize;

use super::{Looked, StoreError, TRANSFORM, doing, look_into};

/// Damages named at the most: who has one wants a backup, not a list.
const DAMAGES: u32 = 20;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Pages and their order.
    Quick,
    /// The same, and that indexes agree with their tables and every record is JSON.
    Thorough,
}

/// Checks the database in the state folder `dir`, whether or not a daemon works on it: nothing is written, and nobody waits. `None` when there is
/// no state yet.
///
/// # Errors
/// When the database cannot be opened, is not Dateline's or is of another version.
pub fn check(dir: &Path, depth: Depth) -> Result<Option<Vec<Finding>>, StoreError> {
    let Some(Looked { path, connection }) = look_into(dir)? else {
        return Ok(None);
    };
    let look = || -> rusqlite::Result<Vec<Finding>> {
        // One transaction: what is compared must be of one instant.
        let _instant = connection.unchecked_transaction()?;
        let damages = damages(&connection, depth)?;
        if !damages.is_empty() {
            // What a damaged database says of itself is worth nothing.
            return Ok(damages);
        }
        let mut findings = Vec::new();
        for log in [Log::DRAFTS, Log::RECORDS] {
            log.check(&connection, &path, &mut findings)?;
        }
        positions(&connection, &mut findings)?;
        articles(&connection, &mut findings)?;
        if depth == Depth::Thorough {
            records(&connection, &mut findings)?;
        }
        Ok(findings)
    };
    look()
        .map(Some)
        .map_err(doing(format!("checking {}", path.display())))
}

/// What to do about what cannot be mended in place.
const RESTORE: &str = "stop the daemon and restore a backup (docs/state.md); make one of this state first, in case it is the better one";

fn damages(connection: &Connection, depth: Depth) -> rusqlite::Result<Vec<Finding>> {
    let pragma = match depth {
        Depth::Quick => "quick_check",
        Depth::Thorough => "integrity_check",
    };
    let mut statement = connection.prepare(&format!("PRAGMA {pragma}({DAMAGES})"))?;
    let said: rusqlite::Result<Vec<String>> = statement.query_map([], |row| row.get(0))?.collect();
    let said = match said {
        // So damaged that the check itself stumbles.
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::DatabaseCorrupt =>
        {
            vec!["it cannot be read to its end".to_owned()]
        }
        said => said?,
    };
    let damages = said.into_iter().filter(|line| line != "ok");
    Ok(damages
        .map(|line| Finding {
            what: format!("the database is damaged: {line}"),
            advice: RESTORE.to_owned(),
        })
        .collect())
}

/// A log, and its column of entries.
struct Log {
    name: &'static str,
    entry: &'static str,
}

impl Log {
    const DRAFTS: Log = Log {
        name: "drafts",
        entry: "draft",
    };
    const RECORDS: Log = Log {
        name: "records",
        entry: "record",
    };

    fn check(
        &self,
        connection: &Connection,
        path: &Path,
        findings: &mut Vec<Finding>,
    ) -> rusqlite::Result<()> {
        let Log { name, entry } = self;
        let counted: i64 =
            connection.query_row("SELECT bytes FROM logs WHERE name = ?1", [name], |row| {
                row.get(0)
            })?;
        let sql = format!(
            "SELECT coalesce(sum(octet_length({entry})), 0), coalesce(sum(size <> octet_length({entry})), 0) FROM {name}"
        );
        let (held, wrong): (i64, i64) =
            connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if wrong > 0 {
            findings.push(Finding {
                what: format!("{wrong} {name} are not as long as is noted with them"),
                advice: RESTORE.to_owned(),
            });
        } else if counted != held {
            findings.push(Finding {
                what: format!("the log of {name} holds {held} bytes, and is counted as {counted}: limits go by the wrong figure"),
                advice: format!(
                    "stop the daemon and run: sqlite3 {} \"UPDATE logs SET bytes = (SELECT coalesce(sum(size), 0) FROM {name}) WHERE name = '{name}'\"",
                    path.display()
                ),
            });
        }
        Ok(())
    }
}

fn positions(connection: &Connection, findings: &mut Vec<Finding>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "SELECT reader, positions.seq, json_valid(detail), coalesce(sqlite_sequence.seq, 0)
         FROM positions LEFT JOIN sqlite_sequence ON name = iif(reader = ?1, 'drafts', 'records') ORDER BY reader",
    )?;
    let mut rows = statement.query([TRANSFORM])?;
    while let Some(row) = rows.next()? {
        let (reader, position): (String, i64) = (row.get(0)?, row.get(1)?);
        let (is_json, head): (bool, i64) = (row.get(2)?, row.get(3)?);
        if position > head || position < 0 {
            findings.push(Finding {
                what: format!("{reader} has come to entry {position} of a log that has {head}: it would pass over what comes next"),
                advice: match reader.as_str() {
                    TRANSFORM => RESTORE.to_owned(),
                    sink => format!("`dateline replay --sink {sink} --from {}`", head + 1),
                },
            });
        }
        if !is_json {
            findings.push(Finding {
                what: format!("what {reader} keeps with its position cannot be read"),
                advice: RESTORE.to_owned(),
            });
        }
    }
    Ok(())
}

/// What is told of articles that are not known: it leaves together with them.
const ORPHANS: [(&str, &str); 3] = [
    ("held", "revisions that wait"),
    ("sightings", "sightings"),
    ("versions", "versions"),
];

fn articles(connection: &Connection, findings: &mut Vec<Finding>) -> rusqlite::Result<()> {
    for (table, what) in ORPHANS {
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE NOT EXISTS (SELECT 1 FROM articles WHERE id = {table}.article)"
        );
        let orphans: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if orphans > 0 {
            findings.push(Finding {
                what: format!("{orphans} {what} are of articles that are not known"),
                advice: format!(
                    "they do no harm and take room; stop the daemon and run: sqlite3 dateline.db \
                     \"DELETE FROM {table} WHERE article NOT IN (SELECT id FROM articles)\""
                ),
            });
        }
    }
    let ahead: i64 = connection.query_row(
        "SELECT count(*) FROM articles WHERE record > (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'records')",
        [],
        |row| row.get(0),
    )?;
    let behind: i64 = connection.query_row(
        "SELECT count(*) FROM articles JOIN records ON records.seq = articles.record WHERE records.revision > articles.revision",
        [],
        |row| row.get(0),
    )?;
    for (articles, what) in [
        (ahead, "have a latest record that the log has not come to"),
        (behind, "are behind their own latest record"),
    ] {
        if articles > 0 {
            findings.push(Finding {
                what: format!("{articles} articles {what}"),
                advice: RESTORE.to_owned(),
            });
        }
    }
    Ok(())
}

fn records(connection: &Connection, findings: &mut Vec<Finding>) -> rusqlite::Result<()> {
    let bad: i64 = connection.query_row(
        "SELECT count(*) FROM records WHERE NOT json_valid(record)",
        [],
        |row| row.get(0),
    )?;
    if bad > 0 {
        findings.push(Finding {
            what: format!("{bad} records are not JSON"),
            advice: RESTORE.to_owned(),
        });
    }
    Ok(())
}
