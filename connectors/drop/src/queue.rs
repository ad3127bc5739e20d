//! Which of the files found are whole, and which are next. No I/O.
//!
//! However many files the folder holds, what is remembered of them is bounded: what does not fit is
//! found again by the next walk.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use dateline_pipeline::clock;
use jiff::Timestamp;

use crate::folder::{Found, Stamp, Verdict};

/// Files remembered of one walk, some 200 bytes each: enough that a folder of a million files is
/// walked through some sixty times before it is empty, not thousands of times.
pub(crate) const MAX_QUEUED: usize = 16_384;

/// Files remembered as being written; more than that are judged by their modification time alone.
const MAX_WAITING: usize = 16_384;

/// Files of one harvest: a commit of well under a second.
pub(crate) const MAX_FILES: usize = 1024;

/// Bytes of one harvest, unless a single file is larger: bounds the memory that a turn takes.
pub(crate) const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Files that are not whole yet.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    files: HashMap<PathBuf, Quiet>,
    walk: u64,
}

/// Since when a file has looked the same.
#[derive(Debug)]
struct Quiet {
    stamp: Stamp,
    since: Timestamp,
    walk: u64,
}

impl Quiet {
    /// How long until the file counts as whole.
    fn left(&self, now: Timestamp, settle: Duration) -> Duration {
        let seen = settle.saturating_sub(clock::between(self.since, now));
        seen.min(until_old(&self.stamp, now, settle).unwrap_or(seen))
    }
}

/// How long until the file's modification is `settle` ago; `None` if its time lies in the future,
/// as on a file server whose clock is ahead, and says nothing.
fn until_old(stamp: &Stamp, now: Timestamp, settle: Duration) -> Option<Duration> {
    (stamp.modified <= now).then(|| settle.saturating_sub(clock::between(stamp.modified, now)))
}

impl Waiting {
    /// Whether the file is whole. It is if its writer has said so (`complete`; an empty file may
    /// still be about to be filled, so there it does not count), or if it was last modified `settle`
    /// ago, or has looked the same for as long. If it is not, it is remembered.
    pub(crate) fn is_whole(
        &mut self,
        found: &Found,
        complete: bool,
        now: Timestamp,
        settle: Duration,
    ) -> bool {
        let said = complete && found.stamp.size > 0;
        if said
            || settle.is_zero()
            || until_old(&found.stamp, now, settle).is_some_and(|left| left.is_zero())
        {
            self.files.remove(&found.path);
            return true;
        }
        let walk = self.walk;
        if let Some(quiet) = self.files.get_mut(&found.path) {
            quiet.walk = walk;
            if quiet.stamp != found.stamp {
                (quiet.stamp, quiet.since) = (found.stamp, now);
            } else if quiet.left(now, settle).is_zero() {
                self.files.remove(&found.path);
                return true;
            }
        } else if self.files.len() < MAX_WAITING {
            self.files.insert(
                found.path.clone(),
                Quiet {
                    stamp: found.stamp,
                    since: now,
                    walk,
                },
            );
        }
        false
    }

    /// It is `now`, perhaps by a clock that was set back: nothing has been quiet since later than that.
    pub(crate) fn heed_the_clock(&mut self, now: Timestamp) {
        for quiet in self.files.values_mut() {
            quiet.since = quiet.since.min(now);
        }
    }

    /// The files that it is time to look at again.
    pub(crate) fn due(&self, now: Timestamp, settle: Duration) -> Vec<PathBuf> {
        let due = self
            .files
            .iter()
            .filter(|(_, quiet)| quiet.left(now, settle).is_zero());
        due.map(|(path, _)| path.clone()).collect()
    }

    /// How long until the next file counts as whole if it stays as it is.
    pub(crate) fn next(&self, now: Timestamp, settle: Duration) -> Option<Duration> {
        self.files
            .values()
            .map(|quiet| quiet.left(now, settle))
            .min()
    }

    pub(crate) fn forget(&mut self, path: &PathBuf) {
        self.files.remove(path);
    }

    /// A walk begins.
    pub(crate) fn begin_walk(&mut self) {
        self.walk += 1;
    }

    /// The walk went through: what it did not meet is gone.
    pub(crate) fn end_walk(&mut self) {
        let walk = self.walk;
        self.files.retain(|_, quiet| quiet.walk == walk);
    }
}

/// Whole files that are next, the oldest first, by their time of modification and then by path.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    fresh: BTreeMap<(Timestamp, PathBuf), Stamp>,
    /// Fresh ones that are read in portions, until their last.
    many: BTreeMap<(Timestamp, PathBuf), Stamp>,
    /// Files committed before that are still there: what is left to do is to finish them.
    known: BTreeMap<PathBuf, (Stamp, Verdict)>,
    overflowed: bool,
}

impl Queue {
    /// Adds a file whose content is wanted, unless it is being read.
    pub(crate) fn add_fresh(&mut self, found: Found) {
        let place = (found.stamp.modified, found.path);
        if self.many.get(&place) == Some(&found.stamp) {
            return;
        }
        self.fresh.insert(place, found.stamp);
        if self.fresh.len() > MAX_QUEUED {
            self.fresh.pop_last();
            self.overflowed = true;
        }
    }

    /// Adds a file that is to be read in portions.
    pub(crate) fn add_many(&mut self, found: Found) {
        if self.many.len() < MAX_QUEUED {
            self.many
                .insert((found.stamp.modified, found.path), found.stamp);
        } else {
            self.overflowed = true;
        }
    }

    /// The next file to read in portions, which stays until it is done with.
    pub(crate) fn next_many(&self) -> Option<Found> {
        let ((_, path), stamp) = self.many.first_key_value()?;
        Some(Found {
            path: path.clone(),
            stamp: *stamp,
        })
    }

    /// The last portion of a file was read, or it cannot be read.
    pub(crate) fn end_many(&mut self, found: &Found) {
        self.many
            .remove(&(found.stamp.modified, found.path.clone()));
    }

    /// Adds a file that was committed before and is to be archived or deleted.
    pub(crate) fn add_known(&mut self, found: Found, verdict: Verdict) {
        if self.known.len() < MAX_QUEUED {
            self.known.insert(found.path, (found.stamp, verdict));
        } else {
            self.overflowed = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.many.is_empty() && self.known.is_empty()
    }

    /// Whether the last walk found more than is remembered. A new walk forgets it.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// A walk begins, and will find everything that is left.
    pub(crate) fn begin_walk(&mut self) {
        self.overflowed = false;
    }

    /// The next files to read, within the limits of one turn. Only `max_file` bytes of any file
    /// count, as larger ones are not read.
    pub(crate) fn next_fresh(&mut self, max_file: u64) -> Vec<Found> {
        let mut batch = Vec::new();
        let mut bytes = 0_u64;
        while batch.len() < MAX_FILES {
            let Some(entry) = self.fresh.first_entry() else {
                break;
            };
            let size = if entry.get().size > max_file {
                0
            } else {
                entry.get().size
            };
            bytes = bytes.saturating_add(size);
            if bytes > MAX_BYTES && !batch.is_empty() {
                break;
            }
            let ((_, path), stamp) = entry.remove_entry();
            batch.push(Found { path, stamp });
        }
        batch
    }

    /// The next files to finish, within the limits of one turn.
    pub(crate) fn next_known(&mut self) -> Vec<(Found, Verdict)> {
        let next = std::iter::from_fn(|| self.known.pop_first()).take(MAX_FILES);
        next.map(|(path, (stamp, verdict))| (Found { path, stamp }, verdict))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SETTLE: Duration = Duration::from_secs(10);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    /// A file as it looks on the disk, with the time of modification and the size given.
    fn found(path: &str, modified: i64, size: u64) -> Found {
        let file = tempfile::tempfile().unwrap();
        let since_1970 = Duration::from_secs(1_700_000_000_u64.saturating_add_signed(modified));
        file.set_len(size).unwrap();
        file.set_times(std::fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH + since_1970))
            .unwrap();
        Found {
            path: path.into(),
            stamp: Stamp::of(&file.metadata().unwrap()),
        }
    }

    #[test]
    fn a_file_is_whole_when_its_last_change_is_old() {
        let mut waiting = Waiting::default();
        assert!(waiting.is_whole(&found("old", -10, 1), false, at(0), SETTLE));
        let young = found("young", -4, 1);
        assert!(!waiting.is_whole(&young, false, at(0), SETTLE));
        assert_eq!(waiting.next(at(0), SETTLE), Some(Duration::from_secs(6)));
        assert!(waiting.due(at(5), SETTLE).is_empty());
        assert_eq!(waiting.due(at(6), SETTLE), [PathBuf::from("young")]);
        assert!(waiting.is_whole(&young, false, at(6), SETTLE));
        assert_eq!(waiting.next(at(6), SETTLE), None);
    }

    #[test]
    fn a_file_that_grows_waits_on() {
        let mut waiting = Waiting::default();
        assert!(!waiting.is_whole(&found("a", 0, 1), false, at(1), SETTLE));
        assert!(!waiting.is_whole(&found("a", 9, 2), false, at(11), SETTLE));
        assert_eq!(waiting.next(at(11), SETTLE), Some(Duration::from_secs(8)));
    }

    #[test]
    fn a_time_in_the_future_counts_from_the_first_look() {
        let mut waiting = Waiting::default();
        let ahead = found("ahead", 3600, 1);
        assert!(!waiting.is_whole(&ahead, false, at(0), SETTLE));
        assert!(!waiting.is_whole(&ahead, false, at(9), SETTLE));
        assert!(waiting.is_whole(&ahead, false, at(10), SETTLE));
    }

    #[test]
    fn the_word_of_the_writer_counts_unless_the_file_is_empty() {
        let mut waiting = Waiting::default();
        assert!(waiting.is_whole(&found("a", 0, 1), true, at(0), SETTLE));
        assert!(!waiting.is_whole(&found("b", 0, 0), true, at(0), SETTLE));
        assert!(waiting.is_whole(&found("c", 0, 0), true, at(0), Duration::ZERO));
    }

    #[test]
    fn what_a_walk_does_not_meet_is_forgotten() {
        let mut waiting = Waiting::default();
        let (gone, here) = (found("gone", 0, 1), found("here", 0, 1));
        waiting.is_whole(&gone, false, at(0), SETTLE);
        waiting.begin_walk();
        waiting.is_whole(&here, false, at(1), SETTLE);
        waiting.end_walk();
        assert_eq!(waiting.due(at(60), SETTLE), [PathBuf::from("here")]);
    }

    #[test]
    fn the_oldest_come_first_and_within_limits() {
        let mut queue = Queue::default();
        for (path, modified, size) in [
            ("c", 1, 5),
            ("b", 2, 5),
            ("a", 2, 5),
            ("large", 0, u64::MAX / 2),
        ] {
            queue.add_fresh(Found {
                path: path.into(),
                ..found(path, modified, size.min(1 << 20))
            });
        }
        let order: Vec<PathBuf> = queue
            .next_fresh(100)
            .into_iter()
            .map(|found| found.path)
            .collect();
        assert_eq!(order, ["large", "c", "a", "b"].map(PathBuf::from));

        for number in 0..3 {
            queue.add_fresh(found(&number.to_string(), number, MAX_BYTES / 2 + 1));
        }
        assert_eq!(queue.next_fresh(u64::MAX).len(), 1);
        assert!(!queue.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_left_for_the_next_walk() {
        let mut queue = Queue::default();
        let stamp = found("a", 0, 1).stamp;
        for number in (0..MAX_QUEUED + 10).rev() {
            queue.add_fresh(Found {
                path: format!("{number:06}").into(),
                stamp,
            });
        }
        assert!(queue.overflowed());
        let batch = queue.next_fresh(100);
        assert_eq!(
            (batch.len(), batch[0].path.as_path()),
            (MAX_FILES, std::path::Path::new("000000"))
        );
        queue.begin_walk();
        assert!(!queue.overflowed());
    }
}
