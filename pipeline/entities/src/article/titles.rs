//! What the text says that a person is: the title right before the name (“Russian President”, “president of Kazakhstan”), or behind a comma after it
//! (“, chief executive of Acme,”).

use std::collections::HashSet;
use std::sync::LazyLock;

/// Bytes beside a name that are looked at: no title is longer.
const MAX_TITLE: usize = 120;

/// Words that one title may have. More are a description.
const MAX_WORDS: usize = 12;

#[derive(Default)]
struct Words {
    heads: HashSet<&'static str>,
    modifiers: HashSet<&'static str>,
    objects: HashSet<&'static str>,
    honorifics: HashSet<&'static str>,
    openings: HashSet<&'static str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    let mut section = "";
    for line in include_str!("../../data/titles.txt").lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
            continue;
        }
        let set = match section {
            "heads" => &mut words.heads,
            "modifiers" => &mut words.modifiers,
            "objects" => &mut words.objects,
            "honorifics" => &mut words.honorifics,
            _ => &mut words.openings,
        };
        if !line.starts_with('#') {
            set.extend(line.split_whitespace());
        }
    }
    words
});

/// Whether it is a word such as `mr`, in small letters.
pub(super) fn is_honorific(word: &str) -> bool {
    WORDS.honorifics.contains(word)
}

/// The word that a title turns on, in small letters: `president` of “President of Kazakhstan”.
pub(super) fn head(title: &str) -> Option<String> {
    let words = title.split_whitespace().map(small);
    let before = words.take_while(|word| !is_of(word));
    before.last()
}

/// Keeps the title of more words, the one already known where both have as many.
pub(super) fn keep_fullest(known: &mut Option<String>, other: Option<String>) {
    let words =
        |title: &Option<String>| title.as_deref().map_or(0, |title| title.split(' ').count());
    if words(&other) > words(known) {
        *known = other;
    }
}

/// The title of the person who is named from `start` to `end`.
pub(super) fn of(text: &str, start: usize, end: usize) -> Option<String> {
    before(text, start).or_else(|| after(text, end))
}

fn before(text: &str, start: usize) -> Option<String> {
    let before = &text[..start];
    let from = text.ceil_char_boundary(start.saturating_sub(MAX_TITLE));
    let before = before[from..].strip_suffix([' ', '\u{a0}'])?;
    let clause = before
        .rfind(|letter: char| {
            matches!(
                letter,
                ',' | ';' | ':' | '!' | '?' | '(' | ')' | '\n' | '"' | '“' | '”' | '—' | '–'
            )
        })
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    let words: Vec<&str> = before[clause..].split_whitespace().collect();
    let words = &words[words.len().saturating_sub(MAX_WORDS)..];
    let head = words.iter().rposition(|word| is_head(word))?;
    let rest = &words[head + 1..];
    let goes_on = match rest.split_first() {
        None => true,
        Some((first, objects)) => {
            is_of(&small(first))
                && !objects.is_empty()
                && objects.iter().all(|word| is_object(word))
                && !ends_sentence(objects)
        }
    };
    if !goes_on || ends_sentence(&words[head..=head]) {
        return None;
    }
    let first = (0..head)
        .rev()
        .take_while(|&at| belongs(words[at]))
        .last()
        .unwrap_or(head);
    let first = (first..head)
        .find(|&at| !is_opening(words[at]))
        .unwrap_or(head);
    Some(words[first..].join(" "))
}

fn after(text: &str, end: usize) -> Option<String> {
    let rest = text[end..].strip_prefix(", ")?;
    let to = rest.floor_char_boundary(MAX_TITLE);
    let stop = rest[..to].find([
        ',', ';', ':', '(', ')', '\n', '"', '“', '”', '—', '–', '?', '!',
    ]);
    // Cut short, it is no title but the begin of something longer.
    let segment = match stop {
        Some(stop) => &rest[..stop],
        None if to == rest.len() => rest,
        None => return None,
    };
    let mut words: Vec<&str> = Vec::new();
    let mut is_last = false;
    for word in segment.split_whitespace() {
        if matches!(
            small(word).as_str(),
            "who" | "which" | "that" | "said" | "says" | "told" | "is" | "was" | "and"
        ) || is_last
        {
            break;
        }
        is_last = word.ends_with('.') && !word[..word.len() - 1].contains('.');
        words.push(word.trim_end_matches('.'));
    }
    while words.first().is_some_and(|word| is_opening(word)) {
        words.remove(0);
    }
    let of = words.iter().position(|word| is_of(&small(word)));
    let head = of.unwrap_or(words.len()).checked_sub(1)?;
    let belongs_all = words[..head].iter().all(|word| belongs(word));
    (words.len() <= MAX_WORDS && is_head(words[head]) && belongs_all).then(|| words.join(" "))
}

fn is_of(word: &str) -> bool {
    matches!(word, "of" | "for" | "at")
}

/// Whether a title can end in a word, or go on with “of” behind it.
pub(crate) fn is_head(word: &str) -> bool {
    let small = small(word);
    WORDS
        .heads
        .contains(small.strip_prefix("ex-").unwrap_or(&small))
}

/// Whether a word before the head is part of the title: one of the table, or one with a capital.
fn belongs(word: &str) -> bool {
    let small = small(word);
    let known = WORDS.modifiers.contains(small.as_str()) || WORDS.heads.contains(small.as_str());
    (known || word.starts_with(char::is_uppercase)) && !ends_sentence(&[word])
}

fn is_object(word: &str) -> bool {
    word.starts_with(char::is_uppercase) || WORDS.objects.contains(small(word).as_str())
}

fn is_opening(word: &str) -> bool {
    WORDS.openings.contains(small(word).as_str())
}

/// Whether a sentence ends with the last of these words: a point that is no abbreviation's.
fn ends_sentence(words: &[&str]) -> bool {
    words.last().is_some_and(|word| {
        word.strip_suffix('.')
            .is_some_and(|word| word.chars().count() > 3 && !word.contains('.'))
    })
}

fn small(word: &str) -> String {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stand_before_names_or_behind_a_comma() {
        for (text, name, title) in [
            (
                "Russian President Vladimir Putin was",
                "Vladimir Putin",
                Some("Russian President"),
            ),
            (
                "The president of Kazakhstan Kasim Tokayev came",
                "Kasim Tokayev",
                Some("president of Kazakhstan"),
            ),
            (
                "On Monday US Secretary of State Antony Blinken said",
                "Antony Blinken",
                Some("US Secretary of State"),
            ),
            (
                "White House chief of staff Jane Roe",
                "Jane Roe",
                Some("White House chief of staff"),
            ),
            (
                "along with Armenian Prime Minister Nikol Pashinyan.",
                "Nikol Pashinyan",
                Some("Armenian Prime Minister"),
            ),
            (
                "Also there was close Putin ally Viktor Low of",
                "Viktor Low",
                None,
            ),
            (
                "Jane Roe, chief executive of Acme, said",
                "Jane Roe",
                Some("chief executive of Acme"),
            ),
            (
                "said Jane Roe, a senior analyst at Tern Bank.",
                "Jane Roe",
                Some("senior analyst at Tern Bank"),
            ),
            ("Jane Roe, who is the president, said", "Jane Roe", None),
            ("Jane Roe, Tom Low and", "Jane Roe", None),
            ("He is president. Jane Roe is not", "Jane Roe", None),
            ("the president, Jane Roe", "Jane Roe", None),
            ("Then President Jane Roe", "Jane Roe", Some("President")),
        ] {
            let start = text.find(name).unwrap();
            let found = of(text, start, start + name.len());
            assert_eq!(found.as_deref(), title, "{text}");
        }
    }

    #[test]
    fn a_title_turns_on_its_head() {
        assert_eq!(
            head("President of Kazakhstan").as_deref(),
            Some("president")
        );
        assert_eq!(head("Tajik President").as_deref(), Some("president"));
    }
}
