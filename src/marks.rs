//! What is marked in a text: its times, its amounts and its names, none overlapping another. How marks look is for whoever shows them.

use dateline_pipeline::record::{Entity, Quantity, Timex};

/// Characters of a text that something is known of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark<'m> {
    /// The first of them, in code points.
    pub(crate) start: usize,
    /// The one after the last.
    pub(crate) end: usize,
    pub(crate) what: What<'m>,
}

/// What is known of them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What<'m> {
    Time(&'m Timex),
    Amount(&'m Quantity),
    Name(&'m Entity),
}

impl Mark<'_> {
    /// What the words mean, in short; for a name, the name by which it goes.
    pub(crate) fn meaning(&self) -> String {
        match self.what {
            What::Time(timex) => meaning(timex),
            What::Amount(quantity) => worth(quantity),
            What::Name(entity) => entity.name.clone(),
        }
    }
}

/// The marks of one field, in the order of their first characters: times first, amounts that overlap none, and names that overlap neither. An amount of
/// which the text tells neither value nor unit is none.
pub(crate) fn of<'m>(
    times: impl IntoIterator<Item = &'m Timex>,
    amounts: impl IntoIterator<Item = &'m Quantity>,
    names: impl IntoIterator<Item = (&'m Entity, usize, usize)>,
) -> Vec<Mark<'m>> {
    let mut marks = Vec::new();
    for timex in times {
        add(&mut marks, timex.start, timex.end, What::Time(timex));
    }
    for amount in amounts {
        if !worth(amount).is_empty() {
            add(&mut marks, amount.start, amount.end, What::Amount(amount));
        }
    }
    for (entity, start, end) in names {
        add(&mut marks, start, end, What::Name(entity));
    }
    marks
}

/// Every place where entities are named, in any field.
pub(crate) fn mentions<'m>(
    entities: &'m [Entity],
    is_of: impl Fn(&str) -> bool,
) -> Vec<(&'m Entity, usize, usize)> {
    let of = |entity: &'m Entity| entity.mentions.iter().map(move |mention| (entity, mention));
    entities
        .iter()
        .flat_map(of)
        .filter(|(_, mention)| is_of(&mention.field))
        .map(|(entity, mention)| (entity, mention.start, mention.end))
        .collect()
}

/// Adds a mark in its place, unless one of those that are there has a character of it.
fn add<'m>(marks: &mut Vec<Mark<'m>>, start: usize, end: usize, what: What<'m>) {
    let place = marks.partition_point(|mark| mark.end <= start);
    let overlaps = marks.get(place).is_some_and(|mark| mark.start < end);
    if start < end && !overlaps {
        marks.insert(place, Mark { start, end, what });
    }
}

/// What an expression means, in short: `2023-05-09`, `2023-05 START`.
pub(crate) fn meaning(timex: &Timex) -> String {
    match &timex.modifier {
        Some(modifier) => format!("{} {modifier}", timex.value),
        None => timex.value.clone(),
    }
}

/// What an amount is, in short: `1200000000 USD more-than`, `5000000–10000000 EUR`. Empty where the text tells neither value nor unit.
fn worth(quantity: &Quantity) -> String {
    let mut worth = quantity.value.clone().unwrap_or_default();
    if let Some(to) = &quantity.value_to {
        worth.push_str(&format!("–{to}"));
    }
    for word in [&quantity.unit, &quantity.modifier].into_iter().flatten() {
        if !worth.is_empty() {
            worth.push(' ');
        }
        worth.push_str(word);
    }
    worth
}
