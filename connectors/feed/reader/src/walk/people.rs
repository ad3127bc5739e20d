//! Who wrote it: persons, in parts or in a line.

use super::{Part, Walker};
use crate::elements::Element;
use crate::persons;
use crate::values::Person;

impl Walker<'_> {
    pub(super) fn end_person(&mut self, line: &str) {
        let contributor = self.scope.part == Part::Contributor;
        let Some(last) = self
            .persons(contributor)
            .and_then(|persons| persons.last_mut())
        else {
            return;
        };
        if *last == Person::default() && !line.is_empty() {
            *last = persons::person(line);
        }
        if let Some(list) = self.persons(contributor) {
            merge_last(list);
        }
    }

    pub(super) fn part_of_person(&mut self, element: Element, value: String) {
        let contributor = match self.scope.part {
            Part::Author => false,
            Part::Contributor => true,
            Part::Image if element == Element::Url => {
                let href = self.absolute(&value);
                return self.picture(href, false);
            }
            _ => return,
        };
        let href = (element == Element::Url).then(|| self.absolute(&value));
        let Some(person) = self
            .persons(contributor)
            .and_then(|persons| persons.last_mut())
        else {
            return;
        };
        match element {
            Element::Name => person.name = Some(value),
            Element::Email => person.email = Some(value),
            _ => person.url = href,
        }
    }
}

pub(super) fn drop_nobodies(persons: &mut Vec<Person>) {
    persons.retain(|person| *person != Person::default());
}

/// Takes the last person into the one before of the same name: feeds name an author once for each vocabulary.
fn merge_last(persons: &mut Vec<Person>) {
    let Some((last, before)) = persons.split_last_mut() else {
        return;
    };
    let Some(name) = &last.name else { return };
    let same = |known: &&mut Person| {
        known
            .name
            .as_deref()
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
    };
    let Some(known) = before.iter_mut().find(same) else {
        return;
    };
    let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    if agree(&known.email, &last.email) && agree(&known.url, &last.url) {
        known.email = known.email.take().or(last.email.take());
        known.url = known.url.take().or(last.url.take());
        persons.pop();
    }
}
