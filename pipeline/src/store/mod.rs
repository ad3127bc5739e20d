//! The embedded log and state: one SQLite database (WAL) in `state_dir`.
//!
//! There is one writer, a thread that gathers the commits of all stages into one transaction at a
//! time ([`writer`]), and any number of readers ([`reader`]). Whatever a stage commits holds both
//! its output and the state it read by, so there is no instant at which one is there without the
//! other. `synchronous = FULL`: an acknowledged commit survives a power cut, which the sinks'
//! positions rely on.

mod browse;
mod check;
mod commit;
mod copy;
mod identity;
mod info;
mod letters;
mod lock;
mod prune;
mod reader;
mod reprocess;
mod samples;
mod schema;
mod sources;
mod status;
mod turns;
mod vacuum;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

pub use browse::{Found, Reach, RecordFilter, RecordHead, StoredRecord, unhex};
pub use check::{Depth, Finding, check};
pub use commit::{
    ArticleRow, AsideCommit, Brought, ClusterRow, CollectCommit, Commit, CopiesChange, DeadLetter,
    DeliverCommit, DraftRow, Hash, HeldRow, InputKeys, LikenessRow, RecordRow, SeenRow,
    SightingRow, SourceRow, TransformCommit, VersionRow,
};
pub use copy::{Backup, backup};
pub use info::{Entries, Info, Table, read_info};
pub use letters::{Again, DropCommit, Letter, LetterEntry, RetriedLetter, RetryCommit, Which};
pub use lock::{Holder, holder};
pub use prune::{Keeper, Retention, refresh_horizon};
pub use reader::{DraftEntry, Reader, Readers};
pub use reprocess::{Becomes, Job, LastRecord, Portion, ReprocessCommit, Tally, Wish};
pub use samples::{SAMPLE_EVERY, Sample, SampleCommit, take_sample};
pub use schema::VERSION as SCHEMA_VERSION;
pub use sources::{DueSource, HoldState, SourceHistory, SourceState, read_sources};
pub use status::{
    Glance, LogGlance, LogStatus, ReaderStatus, SourceStatus, Status, Trouble, read_status,
};
pub use turns::{TURNS_KEPT, TurnState};
pub use vacuum::{Vacuumed, vacuum};
pub use writer::{Store, Vitals};

/// Name of the database within the state folder.
pub const DATABASE: &str = "dateline.db";

/// Under which name the transform stage keeps its position in the drafts, among those of the sinks.
pub const TRANSFORM: &str = "transform";

/// What goes wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the state folder.
    #[error(
        "the state folder {} is in use by another dateline process{}; stop that one, or give this one a [state] dir of its own",
        dir.display(),
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The state folder.
        dir: PathBuf,
        /// The other process, where it can be told.
        pid: Option<u32>,
    },
    /// The state folder cannot be made or written.
    #[error("the state folder {} cannot be used: {source}; it must be a folder that this user may write to", dir.display())]
    Folder {
        /// The state folder.
        dir: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database was made by a later version of Dateline.
    #[error(
        "{} was written by a later version of dateline (schema {found}, this one knows up to {known}); run that version, or give this one a [state] dir of its own",
        path.display()
    )]
    TooNew {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The latest schema version that this program knows.
        known: i64,
    },
    /// The database was made by an earlier version of Dateline and not yet brought up.
    #[error(
        "{} was written by an earlier version of dateline (schema {found}, this one reads {known}); `dateline run` brings it up when it starts",
        path.display()
    )]
    TooOld {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The schema version that this program reads.
        known: i64,
    },
    /// There is no room on the disk.
    #[error("{needed} bytes are needed in {} and {free} are free: make room, or choose another disk", folder.display())]
    NoRoom {
        /// Where.
        folder: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A copy would take another file's place.
    #[error("{} is there already, and a backup overwrites nothing: name another file", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A copy of the database cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Copy {
        /// The copy.
        path: PathBuf,
        /// What the operating system, or a look at the copy, said.
        source: std::io::Error,
    },
    /// The file is not one of Dateline's databases.
    #[error("{} is not a dateline database; move it away, or give [state] dir another folder", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// SQLite failed.
    #[error("{what}: {source}")]
    Sqlite {
        /// What was being done.
        what: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Work on the store panicked.
    #[error("work on the state ended abnormally, which is a bug; please report it with the log")]
    Abnormal,
    /// The writer is gone because the store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether it may pass by itself: a full disk, a busy file, an I/O error.
    pub fn is_transient(&self) -> bool {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly, SystemIoFailure,
        };
        match self {
            StoreError::Sqlite {
                source: rusqlite::Error::SqliteFailure(failure, _),
                ..
            } => matches!(
                failure.code,
                DiskFull | SystemIoFailure | DatabaseBusy | DatabaseLocked | CannotOpen | ReadOnly
            ),
            _ => false,
        }
    }
}

/// What a task that was started to work on the store came to nothing by: a panic, or the end of the
/// runtime.
pub(crate) fn unfinished(error: tokio::task::JoinError) -> StoreError {
    if error.is_panic() {
        StoreError::Abnormal
    } else {
        StoreError::Closed
    }
}

/// Adds what was being done to SQLite's errors.
pub(crate) fn doing(what: impl Into<String>) -> impl FnOnce(rusqlite::Error) -> StoreError {
    let what = what.into();
    move |source| StoreError::Sqlite { what, source }
}

/// How the database is tuned.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// Page cache of the writer's connection.
    pub writer_cache_bytes: u64,
    /// Page cache of each reading connection.
    pub reader_cache_bytes: u64,
    /// How long SQLite waits for a lock held by somebody else (the `sqlite3` shell, a backup).
    pub busy: Duration,
    /// Largest database, for tests of a full disk; `None` leaves it to the disk.
    pub max_pages: Option<u32>,
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning {
            // Holds the upper levels and the hot leaves of the indexes of some million articles.
            writer_cache_bytes: 24 << 20,
            // Readers go through a log once, in order.
            reader_cache_bytes: 2 << 20,
            busy: Duration::from_secs(10),
            max_pages: None,
        }
    }
}

/// Page size of a new database: an article's draft or record fits one page or two, so that few
/// rows need overflow chains.
const PAGE_BYTES: u32 = 8192;

/// WAL pages after which SQLite copies them into the database: large enough that the many updates
/// of one index page between two checkpoints cost one copy.
const CHECKPOINT_PAGES: u32 = 4096;

/// Opens the writing connection: makes the database if there is none, and brings its schema up.
fn open_writing(path: &Path, tuning: &Tuning) -> Result<Connection, StoreError> {
    let fail = |step: &str| doing(format!("{step} {}", path.display()));
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(fail("opening"))?;
    connection
        .busy_timeout(tuning.busy)
        .map_err(fail("opening"))?;
    schema::refuse_foreign(&connection, path)?;
    connection
        .execute_batch(&format!(
            "PRAGMA page_size = {PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; PRAGMA cache_size = -{};
             PRAGMA journal_size_limit = {}; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;",
            tuning.writer_cache_bytes / 1024,
            u64::from(PAGE_BYTES) * u64::from(CHECKPOINT_PAGES) * 2,
        ))
        .map_err(fail("preparing"))?;
    if let Some(pages) = tuning.max_pages {
        connection
            .execute_batch(&format!("PRAGMA max_page_count = {pages};"))
            .map_err(fail("preparing"))?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    schema::bring_up(&connection, path)?;
    if let Err(error) = identity::note_version(&connection) {
        // Nothing depends on it, least of all the start on a full disk.
        tracing::debug!(%error, "this version is not noted in the state");
    }
    Ok(connection)
}

/// Opens a reading connection to a database that exists.
fn open_reading(path: &Path, tuning: &Tuning) -> Result<Connection, StoreError> {
    let fail = |step: &str| doing(format!("{step} {}", path.display()));
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(fail("opening"))?;
    connection
        .busy_timeout(tuning.busy)
        .map_err(fail("opening"))?;
    connection
        .execute_batch(&format!(
            "PRAGMA cache_size = -{};",
            tuning.reader_cache_bytes / 1024
        ))
        .map_err(fail("preparing"))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A database that is read without keeping anybody from working on it.
struct Looked {
    path: PathBuf,
    connection: Connection,
}

/// Opens the database in the state folder `dir` for reading, whether or not a daemon works on it;
/// `None` when there is no state yet.
fn look_into(dir: &Path) -> Result<Option<Looked>, StoreError> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        return Ok(None);
    }
    let connection = open_reading(&path, &Tuning::default())?;
    schema::refuse_foreign(&connection, &path)?;
    schema::refuse_other(&connection, &path)?;
    Ok(Some(Looked { path, connection }))
}

/// Runs `work` on a store in memory that holds nothing and leaves nothing behind.
///
/// # Errors
/// When SQLite fails.
pub fn with_nothing<T>(
    work: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    let connection = Connection::open_in_memory().map_err(doing("opening a store in memory"))?;
    schema::migrate(&connection, Path::new("memory"))?;
    work(&Reader::new(&connection)).map_err(doing("reading a store in memory"))
}

/// Asks the state folder `dir` something, whether or not a daemon works on it; `None` when there is no state yet.
///
/// # Errors
/// When the database cannot be read or is not Dateline's.
pub fn look<T>(
    dir: &Path,
    work: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    let Some(Looked { path, connection }) = look_into(dir)? else {
        return Ok(None);
    };
    work(&Reader::new(&connection))
        .map(Some)
        .map_err(doing(format!("reading {}", path.display())))
}

/// Opens the store in `dir`: takes the folder's lock, makes or migrates the database, starts the
/// writer.
///
/// # Errors
/// When the folder is in use or unusable, or the database is foreign, damaged or too new.
pub fn open(dir: &Path, tuning: Tuning) -> Result<(Store, Arc<Readers>), StoreError> {
    let lock = lock::take(dir)?;
    let path = dir.join(DATABASE);
    let connection = open_writing(&path, &tuning)?;
    let readers = Arc::new(Readers::new(path.clone(), tuning));
    let store = writer::start(connection, path, lock)?;
    Ok((store, readers))
}
