//! The drop source: articles from files that somebody puts into a watched folder.
//!
//! A file is taken when it is whole: at once when its writer closes it or moves it in under its
//! name, else when it has been quiet for the configured time. It is known by its path, size,
//! modification time and inode, so that kept files are not read again at every look.
//!
//! What happens to a file after its articles have been committed is configured. `keep` leaves it,
//! `archive` moves it to `ARCHIVE/YYYY-MM-DD/PATH` (to `ARCHIVE/rejected/YYYY-MM-DD/PATH` if it
//! could not be read) and never overwrites anything there, `delete` removes it. A rejected file is
//! never deleted: with `delete` it stays where it is, and is not read again until it changes. A
//! file that was replaced since it was read stays as well, for the next turn.
//!
//! The crate writes no state: what is known is asked of the stage. Symbolic links inside the folder
//! are not followed, and a missing folder is not created.
//!
//! | room | what it is for |
//! |---|---|
//! | `source` | the turn of the source, from looking to handing over |
//! | `search` | from a look at the folder to the files that are next |
//! | `folder` | which files of the folder are meant, and the walk over them |
//! | `glob` | the patterns on file names |
//! | `queue` | which of the files found are whole, and which are next |
//! | `watch` | the operating system's word that something has changed, and the bell |
//! | `load` | one file into memory, within its limits |
//! | `reading` | one file of many articles, a portion at a time |
//! | `read` | the bytes of a file into articles |
//! | `drafting` | articles into drafts, with what their folder says of them |
//! | `look` | what a file looks like that holds no plain text |
//! | `finish` | archiving and deleting |
//! | `place` | where a file is that could not be read |

mod drafting;
mod finish;
mod folder;
mod glob;
mod load;
mod look;
mod place;
mod queue;
mod read;
mod reading;
mod search;
mod source;
mod watch;

pub use drafting::{FileDrafts, drafts};
pub use place::{Place, place};
pub use read::{FileArticle, Kind, Limits, Next, Part, Parts, Settings, Unread, kind, read};
pub use source::DropSource;
