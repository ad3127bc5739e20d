//! What is told about dates that were not taken as they stand, one line each.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::reading::Reading;
use super::{Candidate, Role, Source};

/// Characters of a date's text that are told.
const MAX_QUOTED: usize = 60;

/// Why a date cannot be an article's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It lies so long after the fetch.
    Future(SignedDuration),
    /// It is the zero of a machine's calendar.
    Unset,
    /// It lies before the first newspaper.
    TooOld,
}

/// What became of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// It was left out.
    Refused {
        /// What it says.
        role: Role,
        /// Where it was written.
        source: Source,
        /// Its text, or its instant.
        written: String,
        /// Why.
        reason: Reason,
    },
    /// Its day and month were read the other way round, as the address has them.
    Reordered {
        /// Its text, or its instant.
        written: String,
        /// What it was taken for.
        read: Timestamp,
    },
    /// It contradicts the date that was taken.
    Disagrees {
        /// What it says.
        role: Role,
        /// Where it was written.
        source: Source,
        /// Its text, or its instant.
        written: String,
        /// The source that was believed instead.
        believed: Source,
        /// And what that says.
        taken: Timestamp,
    },
    /// The article would have been changed before it was published.
    ChangedBefore {
        /// Time of publication.
        published: Timestamp,
        /// Time of the change.
        modified: Timestamp,
    },
}

impl Note {
    pub(super) fn refused(candidate: &Candidate<'_>, reason: Reason) -> Note {
        Note::Refused {
            role: candidate.role,
            source: candidate.source,
            written: written(candidate),
            reason,
        }
    }

    pub(super) fn reordered(candidate: &Candidate<'_>, again: &Reading) -> Note {
        Note::Reordered {
            written: written(candidate),
            read: again.instant,
        }
    }

    pub(super) fn disagrees(candidate: &Candidate<'_>, chosen: &Candidate<'_>) -> Note {
        Note::Disagrees {
            role: candidate.role,
            source: candidate.source,
            written: written(candidate),
            believed: chosen.source,
            taken: chosen.reading.instant,
        }
    }
}

fn written(candidate: &Candidate<'_>) -> String {
    match candidate.raw {
        Some(raw) => raw.chars().take(MAX_QUOTED).collect(),
        None => candidate.reading.instant.to_string(),
    }
}

fn of(role: Role) -> &'static str {
    match role {
        Role::Published => "publication",
        Role::Modified => "change",
    }
}

/// A length of time in its largest unit, rounded down.
fn length(duration: SignedDuration) -> String {
    let hours = duration.as_hours();
    let (count, unit) = if hours < 2 * 24 {
        (hours, "hours")
    } else if hours < 2 * 8766 {
        (hours / 24, "days")
    } else {
        (hours / 8766, "years")
    };
    format!("{count} {unit}")
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Refused {
                role,
                source,
                written,
                reason,
            } => {
                write!(
                    out,
                    "the date of {} {written:?} ({}) was left out: ",
                    of(*role),
                    source.name()
                )?;
                match reason {
                    Reason::Future(ahead) => {
                        write!(out, "it lies {} after the fetch", length(*ahead))
                    }
                    Reason::Unset => out.write_str("it is what programs write that have no date"),
                    Reason::TooOld => out.write_str("it lies before the first newspaper"),
                }
            }
            Note::Reordered { written, read } => write!(
                out,
                "the date {written:?} was read as {read}, as the article's address has it"
            ),
            Note::Disagrees {
                role,
                source,
                written,
                believed,
                taken,
            } => write!(
                out,
                "the date of {} {written:?} ({}) disagrees with {taken} ({}), which was taken",
                of(*role),
                source.name(),
                believed.name()
            ),
            Note::ChangedBefore {
                published,
                modified,
            } => write!(
                out,
                "the article was changed at {modified}, before it was published at {published}; both are as written"
            ),
        }
    }
}
