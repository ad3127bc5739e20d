//! Spellings with what they mean, found at a place of a text: the longest that stands there counts.

use super::scan;

#[derive(Debug)]
struct Spelling<T> {
    text: String,
    /// Capitals and small letters count.
    exact: bool,
    meaning: T,
}

/// A table of spellings.
#[derive(Debug)]
pub(super) struct Spellings<T> {
    /// By the first byte in small letters; in each the longest first.
    rooms: Vec<Room<T>>,
}

#[derive(Debug)]
struct Room<T> {
    spellings: Vec<Spelling<T>>,
    /// Which second bytes there are, by their five low bits: most words of a text end here.
    seconds: u32,
}

impl<T: Copy> Spellings<T> {
    pub(super) fn new() -> Self {
        Self {
            rooms: (0..256).map(|_| Room::new()).collect(),
        }
    }

    /// Adds the spellings of a column; `-` stands for none.
    pub(super) fn add(&mut self, column: &str, exact: bool, meaning: T) {
        for text in spelled_out(column) {
            let Some(first) = text.bytes().next() else {
                continue;
            };
            let room = &mut self.rooms[usize::from(first.to_ascii_lowercase())];
            room.seconds |= match text.as_bytes().get(1) {
                None | Some(b' ') => u32::MAX,
                Some(second) => 1 << (second & 31),
            };
            let longer = |other: &Spelling<T>| other.text.len() > text.len();
            let place = room.spellings.partition_point(longer);
            room.spellings.insert(
                place,
                Spelling {
                    text,
                    exact,
                    meaning,
                },
            );
        }
    }

    /// The longest spelling at a place that `ends` lets end before the next character, with its end.
    pub(super) fn longest(
        &self,
        text: &str,
        at: usize,
        ends: impl Fn(char) -> bool,
    ) -> Option<(usize, T)> {
        let first = text.as_bytes().get(at)?.to_ascii_lowercase();
        let room = &self.rooms[usize::from(first)];
        let second = text.as_bytes().get(at + 1).copied().unwrap_or_default();
        (room.seconds >> (second & 31) & 1 == 1).then_some(())?;
        room.spellings.iter().find_map(|spelling| {
            let end = spelling.end(text, at)?;
            let fits = scan::char_at(text, end).is_none_or(&ends);
            fits.then_some((end, spelling.meaning))
        })
    }

    /// Whether any spelling begins with this byte, in either case.
    pub(super) fn begins_with(&self, byte: u8) -> bool {
        let room = &self.rooms[usize::from(byte.to_ascii_lowercase())];
        !room.spellings.is_empty()
    }
}

impl<T> Room<T> {
    const fn new() -> Self {
        Self {
            spellings: Vec::new(),
            seconds: 0,
        }
    }
}

impl<T> Spelling<T> {
    /// Its end where it stands at a place. A blank in it is a blank or a hyphen of the text.
    fn end(&self, text: &str, at: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut end = at;
        for wanted in self.text.bytes() {
            if wanted == b' ' {
                let after = scan::joint(text, end);
                (after > end).then_some(())?;
                end = after;
                continue;
            }
            let found = *bytes.get(end)?;
            let same = found == wanted || !self.exact && found.eq_ignore_ascii_case(&wanted);
            same.then_some(())?;
            end += 1;
        }
        Some(end)
    }
}

/// For [`Spellings::longest`]: a word ends here.
pub(super) fn no_word(next: char) -> bool {
    !next.is_alphanumeric()
}

/// For [`Spellings::longest`]: letters end here, though digits may follow.
pub(super) fn no_letter(next: char) -> bool {
    !next.is_alphabetic()
}

/// The spellings of a column: parted by `|`, each `{a,b}` once for each of its endings.
fn spelled_out(column: &str) -> Vec<String> {
    column
        .split('|')
        .filter(|spelling| !matches!(*spelling, "" | "-"))
        .flat_map(variants)
        .collect()
}

fn variants(spelling: &str) -> Vec<String> {
    let parts = spelling
        .split_once('{')
        .and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    let Some((head, (choices, tail))) = parts else {
        return vec![spelling.to_owned()];
    };
    let tails = variants(tail);
    choices
        .split(',')
        .flat_map(|choice| {
            tails
                .iter()
                .map(move |tail| format!("{head}{choice}{tail}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_spelled_out() {
        let spelled = spelled_out("$|-|{a,b} c{,s}");
        assert_eq!(spelled, ["$", "a c", "a cs", "b c", "b cs"]);
    }

    #[test]
    fn the_longest_counts_and_hyphens_are_blanks() {
        let mut table = Spellings::new();
        table.add("mile|mile per hour", false, 1);
        table.add("M", true, 2);
        assert_eq!(table.longest("Mile-per hour", 0, no_word), Some((13, 1)));
        assert_eq!(table.longest("miles", 0, no_word), None);
        assert_eq!(table.longest("m", 0, no_word), None);
    }
}
