//! Which log a sink's position belongs to, and how far the log reached when a sink was last away.
//!
//! A state folder that was restored from a backup knows less than a sink may hold. The numbers of new
//! records would then be taken for those that the sink has, so for that sink, and no other, the log
//! gets an identity of its own.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::reader::Reader;

/// The key of the version of Dateline.
const VERSION: &str = "version";

/// The identity that the database was made with: positions of another log mean nothing here.
pub(super) fn log_identity(connection: &Connection) -> rusqlite::Result<String> {
    Ok(fact(connection, "log")?.unwrap_or_default())
}

/// The version of Dateline that worked on the database last.
pub(super) fn written_by(connection: &Connection) -> rusqlite::Result<Option<String>> {
    fact(connection, VERSION)
}

/// Notes that this version works on the database.
pub(super) fn note_version(connection: &Connection) -> rusqlite::Result<()> {
    const OWN: &str = env!("CARGO_PKG_VERSION");
    if written_by(connection)?.as_deref() != Some(OWN) {
        connection.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",
            [VERSION, OWN],
        )?;
    }
    Ok(())
}

/// For this sink the log gets a new identity, for which the sink holds nothing.
pub(super) fn renew(transaction: &Transaction<'_>, sink: &str) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, lower(hex(randomblob(8))))",
        [own_log(sink)],
    )?;
    Ok(())
}

/// From now on until [`note_open`] the log is remembered to have reached to `head` only; what an earlier
/// start has noted stays.
pub(super) fn note_away(
    transaction: &Transaction<'_>,
    sink: &str,
    head: i64,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
        params![away(sink), head.to_string()],
    )?;
    Ok(())
}

/// The sink is open, and is known to hold no more than the log.
pub(super) fn note_open(transaction: &Transaction<'_>, sink: &str) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM meta WHERE key = ?1", [away(sink)])?;
    Ok(())
}

impl Reader<'_> {
    /// Identity of the log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log(&self) -> rusqlite::Result<String> {
        log_identity(self.connection())
    }

    /// Identity of the log for this sink.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_of(&self, sink: &str) -> rusqlite::Result<String> {
        match fact(self.connection(), &own_log(sink))? {
            Some(own) => Ok(own),
            None => self.log(),
        }
    }

    /// The last record in the log when the first start began in which the sink has not been open yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn away_since(&self, sink: &str) -> rusqlite::Result<Option<i64>> {
        let head = fact(self.connection(), &away(sink))?;
        Ok(head.and_then(|head| head.parse().ok()))
    }
}

fn own_log(sink: &str) -> String {
    format!("log of {sink}")
}

fn away(sink: &str) -> String {
    format!("away {sink}")
}

fn fact(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}
