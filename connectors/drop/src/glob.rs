//! Patterns on file names: `*` stands for any characters, `?` for one, `[a-z_]` for one of these,
//! `[!a-z_]` for one other than these, everything else for itself.

/// A pattern, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Star,
    Any,
    One(char),
    /// First and last character of each range, and whether to match what is in none of them.
    Class(Vec<(char, char)>, bool),
}

impl Part {
    fn takes(&self, character: char) -> bool {
        match self {
            Part::Star => false,
            Part::Any => true,
            Part::One(wanted) => *wanted == character,
            Part::Class(ranges, negated) => {
                ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&character))
                    != *negated
            }
        }
    }
}

impl Pattern {
    /// Takes `text` apart. A `[` that is never closed stands for itself.
    pub(crate) fn new(text: &str) -> Pattern {
        let characters: Vec<char> = text.chars().collect();
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(character) = characters.get(at) {
            at += 1;
            parts.push(match character {
                '*' => Part::Star,
                '?' => Part::Any,
                '[' => match class(characters.get(at..).unwrap_or_default()) {
                    Some((class, length)) => {
                        at += length;
                        class
                    }
                    None => Part::One('['),
                },
                other => Part::One(*other),
            });
        }
        parts.dedup_by(|next, before| *next == Part::Star && *before == Part::Star);
        Pattern(parts)
    }

    /// Whether `name` matches as a whole; case counts.
    ///
    /// Only the last `*` met is ever gone back to (an earlier one could not help: whatever it might
    /// take instead, the last one can take too), so the time is at most the product of both lengths.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let mut rest = name.chars();
        let mut at = 0;
        // Where to go on if the present try fails: behind the last star, one character further on.
        let mut retry = None;
        loop {
            let next = rest.clone().next();
            match (self.0.get(at), next) {
                (Some(Part::Star), _) => {
                    at += 1;
                    retry = Some((at, rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(part), Some(character)) if part.takes(character) => {
                    at += 1;
                    rest.next();
                    continue;
                }
                _ => {}
            }
            let Some((behind_star, from)) = &mut retry else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            (at, rest) = (*behind_star, from.clone());
        }
    }
}

/// Reads a class from the characters behind its `[`, and says how many it took. A `]` in the first
/// place is one of the class.
fn class(characters: &[char]) -> Option<(Part, usize)> {
    let negated = characters.first() == Some(&'!');
    let start = usize::from(negated);
    let length = characters
        .get(start + 1..)?
        .iter()
        .position(|character| *character == ']')?
        + 1;
    let mut inner = characters.get(start..start + length)?;
    let mut ranges = Vec::new();
    loop {
        inner = match inner {
            [first, '-', last, rest @ ..] => {
                ranges.push((*first, *last));
                rest
            }
            [one, rest @ ..] => {
                ranges.push((*one, *one));
                rest
            }
            [] => return Some((Part::Class(ranges, negated), start + length + 1)),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).matches(name)
    }

    /// The definition, word by word.
    fn naive(pattern: &[Part], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, _) => name.is_empty(),
            (Some((Part::Star, rest)), _) => {
                (0..=name.len()).any(|taken| naive(rest, &name[taken..]))
            }
            (Some((part, rest)), Some((given, left))) => part.takes(*given) && naive(rest, left),
            (Some(_), None) => false,
        }
    }

    #[test]
    fn patterns_match_whole_names() {
        assert!(matches("*", ""));
        assert!(matches("*.txt", "a.txt"));
        assert!(matches("*.txt", ".txt"));
        assert!(!matches("*.txt", "a.txt.gz"));
        assert!(!matches("*.txt", "a.TXT"));
        assert!(matches("story-??.*", "story-07.text"));
        assert!(!matches("story-??.*", "story-7.text"));
        assert!(matches("?.txt", "é.txt"));
        assert!(matches("", ""));
        assert!(!matches("", "a"));
    }

    #[test]
    fn classes_match_one_character() {
        assert!(matches("wire-[0-9a].txt", "wire-7.txt"));
        assert!(matches("wire-[0-9a].txt", "wire-a.txt"));
        assert!(!matches("wire-[0-9a].txt", "wire-b.txt"));
        assert!(matches("[!0-9]*", "a1"));
        assert!(!matches("[!0-9]*", "1a"));
        assert!(matches("[]]", "]"));
        assert!(!matches("[!]]", "]"));
        assert!(matches("[a-]", "-"));
        assert!(matches("a[b", "a[b"));
        assert!(matches("[]", "[]"));
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let name = "a".repeat(255);
        assert!(matches(&"*a".repeat(127), &name));
        assert!(!matches(&("*a".repeat(120) + "b"), &name));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "([ab?*é]|\\[[!ab\\]-]{0,3}\\]?){0,8}", name in "[ab\\]é]{0,10}") {
            let pattern = Pattern::new(&pattern);
            let characters: Vec<char> = name.chars().collect();
            prop_assert_eq!(pattern.matches(&name), naive(&pattern.0, &characters));
        }
    }
}
