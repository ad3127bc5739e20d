//! What is known of an entry besides its names and its place: other ids, the offices that a person held, and when he lived.

use std::fmt::{self, Display, Formatter};

/// What somebody was elected or born to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Office {
    /// Head of a state: president, king, emir.
    State,
    /// Head of a government: prime minister, chancellor.
    Government,
    /// Member of the upper house of the country's parliament.
    Senator,
    /// Member of its lower house.
    Representative,
    /// Any other: judge, commissioner, member of another parliament.
    Other,
}

const OFFICES: [(&str, Office); 5] = [
    ("state", Office::State),
    ("government", Office::Government),
    ("senator", Office::Senator),
    ("representative", Office::Representative),
    ("other", Office::Other),
];

/// An office and the years in which it was held; none where it is not known, or not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Which.
    pub office: Office,
    /// The first year.
    pub from: Option<i16>,
    /// The last year.
    pub to: Option<i16>,
}

/// What is known of an entry. Written between blanks: `b1958 d2004 state:2017-2022 senator:2011- =cik:66740 !`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The years of birth and death.
    pub born: Option<i16>,
    /// Likewise.
    pub died: Option<i16>,
    /// Offices held.
    pub terms: Vec<Term>,
    /// Other ids, with their schemes.
    pub same_as: Vec<String>,
    /// An organization's name is one word that nothing else known has in its name.
    pub is_distinctive: bool,
}

impl Facts {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut facts = Self::default();
        for fact in text.split_ascii_whitespace() {
            if fact == "!" {
                facts.is_distinctive = true;
            } else if let Some(id) = fact.strip_prefix('=') {
                facts.same_as.push(id.to_owned());
            } else if let Some((office, years)) = fact.split_once(':') {
                let (from, to) = years.split_once('-')?;
                facts.terms.push(Term {
                    office: OFFICES.iter().find(|(name, _)| *name == office)?.1,
                    from: year(from)?,
                    to: year(to)?,
                });
            } else {
                let (sort, number) = fact.split_at_checked(1)?;
                let number = Some(number.parse().ok()?);
                match sort {
                    "b" => facts.born = number,
                    "d" => facts.died = number,
                    _ => return None,
                }
            }
        }
        Some(facts)
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A year, or nothing where there is none.
fn year(text: &str) -> Option<Option<i16>> {
    if text.is_empty() {
        return Some(None);
    }
    text.parse().ok().map(Some)
}

impl Display for Facts {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut blank = "";
        let mut fact = |out: &mut Formatter<'_>, text: fmt::Arguments<'_>| {
            write!(out, "{blank}{text}")?;
            blank = " ";
            Ok(())
        };
        if let Some(born) = self.born {
            fact(out, format_args!("b{born}"))?;
        }
        if let Some(died) = self.died {
            fact(out, format_args!("d{died}"))?;
        }
        for term in &self.terms {
            let name = OFFICES.iter().find(|(_, office)| *office == term.office);
            let name = name.map_or("other", |(name, _)| name);
            let year = |year: Option<i16>| year.map_or_else(String::new, |year| year.to_string());
            let (from, to) = (year(term.from), year(term.to));
            fact(out, format_args!("{name}:{from}-{to}"))?;
        }
        for id in &self.same_as {
            fact(out, format_args!("={id}"))?;
        }
        if self.is_distinctive {
            fact(out, format_args!("!"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_as_they_are_written() {
        let text = "b1958 d2004 state:2017-2022 senator:2011- other:- =cik:66740 =ticker:MMM !";
        let facts = Facts::read(text).unwrap();
        assert_eq!(facts.to_string(), text);
        assert_eq!(facts.terms.len(), 3);
        assert_eq!(facts.terms[1].to, None);
        assert!(Facts::read("").unwrap().is_empty());
        for text in ["x1", "b", "born:1-2", "state:2017", "state:x-", "é"] {
            assert_eq!(Facts::read(text), None, "{text}");
        }
    }
}
