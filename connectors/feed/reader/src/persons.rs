//! Names of persons in all their spellings.

use crate::values::Person;

/// The person that a line names: `jane@x.example (Jane Doe)`, `Jane Doe <jane@x.example>`, or one of the two.
pub(crate) fn person(line: &str) -> Person {
    let line = line.trim();
    let Some((start, end)) = address(line) else {
        return Person {
            name: stated(line),
            ..Person::default()
        };
    };
    let email = line[start..end].to_owned();
    let before = line[..start].trim_end();
    let before = before
        .len()
        .checked_sub("mailto:".len())
        .and_then(|at| {
            before
                .get(at..)
                .filter(|tail| tail.eq_ignore_ascii_case("mailto:"))
                .map(|_| &before[..at])
        })
        .unwrap_or(before);
    let after = line[end..].trim_start();
    // The address may stand in brackets of its own.
    let brackets = [("(", ")"), ("<", ">"), ("&lt;", "&gt;"), ("[", "]")];
    let (before, after) = brackets
        .iter()
        .find_map(|(open, close)| Some((before.strip_suffix(open)?, after.strip_prefix(close)?)))
        .unwrap_or((before, after));
    let rest = [before.trim(), after.trim()];
    let name = rest
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    let name = name.trim_matches([',', ';', ':', '-', ' ']);
    let name = name.strip_prefix('(').unwrap_or(name);
    let name = name
        .strip_suffix(')')
        .filter(|inner| !inner.contains('('))
        .unwrap_or(name);
    Person {
        name: stated(name),
        email: Some(email),
        url: None,
    }
}

fn stated(name: &str) -> Option<String> {
    let name = name.trim();
    let inner = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let name = inner.unwrap_or(name).trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Where an e-mail address stands in the line, with a subject that hangs on it.
fn address(line: &str) -> Option<(usize, usize)> {
    let bytes = line.as_bytes();
    for at in memchr::memchr_iter(b'@', bytes) {
        let local = bytes[..at]
            .iter()
            .rev()
            .take_while(|byte| is_local(**byte))
            .count();
        let domain = bytes[at + 1..]
            .iter()
            .take_while(|byte| is_domain(**byte))
            .count();
        let domain = line[at + 1..at + 1 + domain].trim_end_matches(['.', '-']);
        let last = domain.rsplit('.').next().unwrap_or_default();
        let named = domain.contains('.')
            && last.len() >= 2
            && last.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if local > 0 && named {
            let mut end = at + 1 + domain.len();
            if line[end..].starts_with("?subject=") {
                end += line[end..]
                    .find(char::is_whitespace)
                    .unwrap_or(line.len() - end);
            }
            return Some((at - local, end));
        }
    }
    None
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+')
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_told_from_their_addresses() {
        for (line, name, email) in [
            ("jane@x.example (Jane Doe)", "Jane Doe", "jane@x.example"),
            ("Jane Doe <jane@x.example>", "Jane Doe", "jane@x.example"),
            ("Jane Doe (jane@x.example)", "Jane Doe", "jane@x.example"),
            ("Jane Doe jane@x.example", "Jane Doe", "jane@x.example"),
            (
                "\"Doe, Jane\" <jane@x.example>",
                "Doe, Jane",
                "jane@x.example",
            ),
            ("mailto:jane@x.example", "", "jane@x.example"),
            (
                "jane@x.example?subject=Feed",
                "",
                "jane@x.example?subject=Feed",
            ),
            ("jane@x.example, Jane", "Jane", "jane@x.example"),
            ("Jane (Daily) Doe", "Jane (Daily) Doe", ""),
            ("Jane @home", "Jane @home", ""),
            ("x@y.example\u{201d}z", "\u{201d}z", "x@y.example"),
            ("", "", ""),
        ] {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let person = person(line);
            assert_eq!(
                (person.name, person.email),
                (some(name), some(email)),
                "{line}"
            );
        }
    }
}
