//! A batch as the bytes that go into a file.
//!
//! Pure: nothing here touches the disk.

use dateline_pipeline::fault::Fault;
use dateline_pipeline::sink::Entry;

/// The lines of a batch, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
    /// Where each line ends in `bytes`.
    ends: Vec<usize>,
}

impl Lines {
    /// The lines of the longest beginning of `batch` that consists of acceptable entries, and all
    /// entries of the batch that are not.
    ///
    /// Only a beginning, because the position that is committed with it may not pass an entry that
    /// is still to be set aside.
    pub(crate) fn of(batch: &[Entry]) -> (Lines, Vec<(i64, Fault)>) {
        let refused: Vec<_> = batch
            .iter()
            .filter_map(|entry| refusal(&entry.body).map(|fault| (entry.seq, fault)))
            .collect();
        let beginning = match refused.first() {
            Some((first, _)) => batch.iter().take_while(|entry| entry.seq != *first).count(),
            None => batch.len(),
        };
        let batch = &batch[..beginning];
        let mut lines = Lines {
            bytes: Vec::with_capacity(batch.iter().map(|entry| entry.body.len() + 1).sum()),
            ends: Vec::with_capacity(batch.len()),
        };
        for entry in batch {
            lines.bytes.extend_from_slice(&entry.body);
            lines.bytes.push(b'\n');
            lines.ends.push(lines.bytes.len());
        }
        (lines, refused)
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no line.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many lines from the beginning fit into `room` bytes.
    pub(crate) fn fitting(&self, room: u64) -> usize {
        self.ends.partition_point(|end| *end as u64 <= room)
    }

    /// The bytes of the first `count` lines.
    pub(crate) fn first(&self, count: usize) -> &[u8] {
        let end = count.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.bytes[..end]
    }
}

/// Why a body cannot be a line of its own.
fn refusal(body: &[u8]) -> Option<Fault> {
    if body.is_empty() {
        return Some(Fault::poison(
            "empty_record",
            "an empty record cannot be a line of JSON",
        ));
    }
    body.contains(&b'\n').then(|| {
        Fault::poison(
            "line_break",
            "the record holds a line break and would be two lines",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bodies: &[&str]) -> Vec<Entry> {
        bodies
            .iter()
            .zip(1..)
            .map(|(body, seq)| Entry {
                seq: seq * 10,
                id: String::new(),
                revision: 1,
                op: "new".to_owned(),
                source: String::new(),
                kind: "feed".to_owned(),
                language: None,
                body: body.as_bytes().to_vec(),
                trace: None,
            })
            .collect()
    }

    #[test]
    fn lines_are_counted_into_the_room_there_is() {
        let (lines, refused) = Lines::of(&batch(&["a", "bbb", "cc"]));
        assert!(refused.is_empty());
        assert_eq!(lines.first(3), b"a\nbbb\ncc\n");
        assert_eq!(lines.first(1), b"a\n");
        assert_eq!(lines.first(0), b"");
        let fitting: Vec<_> = [0, 1, 2, 5, 6, 8, 9, 100]
            .map(|room| lines.fitting(room))
            .into();
        assert_eq!(fitting, [0, 0, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn entries_that_are_no_line_are_refused_and_end_the_beginning() {
        let (lines, refused) = Lines::of(&batch(&["a", "b\nb", "c", "", "d"]));
        assert_eq!(lines.first(lines.len()), b"a\n");
        let refused: Vec<_> = refused
            .into_iter()
            .map(|(seq, fault)| (seq, fault.kind))
            .collect();
        assert_eq!(refused, [(20, "line_break"), (40, "empty_record")]);
        let (lines, refused) = Lines::of(&batch(&[""]));
        assert!(lines.is_empty() && refused.len() == 1);
    }
}
