//! The amounts that a record's texts tell: which texts are read. What an amount is and what it is worth is for `dateline_entities` to say.

use std::borrow::Cow;

use dateline_entities as amounts;

use super::fields;
use crate::record::{Quantity, Record};

/// Amounts in one record: a report of business figures has some hundreds. What is beyond is a table, and its readers have the text.
const MAX_QUANTITIES: usize = 1000;

/// Finds the amounts in a record's texts; what is left out is said in its provenance. Nothing is looked for in a text whose language is declared and
/// is another than English.
pub(super) fn annotate(record: &mut Record) {
    if !fields::are_english(record) {
        return;
    }
    let mut quantities = Vec::new();
    let mut left_out = 0;
    for (field, text, _) in fields::searched(record) {
        let found = amounts::quantities(text);
        let room = MAX_QUANTITIES - quantities.len();
        left_out += found.len().saturating_sub(room);
        let found = found.into_iter().take(room);
        quantities.extend(found.map(|amount| of_record(&field, text, amount)));
    }
    record.quantities = quantities;
    if left_out > 0 {
        record.provenance.recovered.push(format!(
            "the texts tell {} amounts and only the first {MAX_QUANTITIES} were taken",
            MAX_QUANTITIES + left_out
        ));
    }
}

/// The amounts of one text, as a record has them: for `inspect`. Nothing is left out.
#[must_use]
pub fn of_text(field: &str, text: &str) -> Vec<Quantity> {
    let found = amounts::quantities(text).into_iter();
    found.map(|amount| of_record(field, text, amount)).collect()
}

fn of_record(field: &str, text: &str, amount: amounts::Quantity) -> Quantity {
    let written = text.get(amount.start..amount.end).unwrap_or_default();
    let modifier = amount.modifier.map(amounts::Modifier::as_str);
    Quantity {
        field: field.to_owned(),
        start: amount.chars.0,
        end: amount.chars.1,
        text: written.to_owned(),
        kind: Cow::Borrowed(amount.kind.as_str()),
        value: amount.value,
        value_to: amount.value_to,
        unit: amount.unit.map(Cow::Borrowed),
        modifier: modifier.map(Cow::Borrowed),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::draft::{Item, Text};
    use crate::transform::drafts;

    fn record(content: &str, language: Option<&str>) -> Record {
        drafts::record(Item {
            title: Some(Text::plain("A refit for $3 million")),
            content: Some(Text::plain(content)),
            language: language.map(str::to_owned),
            ..Item::default()
        })
    }

    #[test]
    fn the_amounts_of_english_texts_are_in_the_record() {
        for (language, expected) in [(None, 2), (Some("en-GB"), 2), (Some("de"), 0)] {
            let record = record("She weighs 40 tonnes.", language);
            assert_eq!(record.quantities.len(), expected, "{language:?}");
        }
        let record = record("She weighs 40 tonnes.", None);
        let fields = record.quantities.iter().map(|amount| &amount.field);
        assert!(fields.eq(["title", "text"]));
        assert_eq!(record.quantities[1].value.as_deref(), Some("40"));
    }

    #[test]
    fn a_table_of_amounts_has_its_limit_and_says_so() {
        let record = record(&"$4 million\n".repeat(MAX_QUANTITIES), None);
        assert_eq!(record.quantities.len(), MAX_QUANTITIES);
        assert_eq!(
            record.provenance.recovered,
            ["the texts tell 1001 amounts and only the first 1000 were taken"]
        );
    }

    #[test]
    fn amounts_have_their_place_in_code_points_and_their_exact_value() {
        let text = "“Ærø” cost more than €1.2 billion, 25% of it borrowed.";
        let found = of_text("text", text);
        let told = serde_json::to_value(&found).unwrap();
        assert_eq!(
            told,
            serde_json::json!([
                { "field": "text", "start": 21, "end": 33, "text": "€1.2 billion", "type": "money", "value": "1200000000", "unit": "EUR",
                  "modifier": "more-than" },
                { "field": "text", "start": 35, "end": 38, "text": "25%", "type": "percent", "value": "25", "unit": "percent" },
            ])
        );
        for quantity in found {
            let place = text.chars().skip(quantity.start);
            let part: String = place.take(quantity.end - quantity.start).collect();
            assert_eq!(part, quantity.text);
        }
    }
}
