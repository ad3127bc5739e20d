//! The entities of a text as a list, the most salient first: `person  Vladimir Putin, Russian President  0.82  6 mentions`, behind a place its id and
//! country: `location  Moscow  0.61  3 mentions  geonames:524901 (RU)`.

use console::measure_text_width;
use dateline_pipeline::record::Entity;

use crate::terminal::{Style, harmless, paint};

/// Columns of the longest name that others are aligned with.
const MAX_NAME: usize = 48;

/// How names of a type look, here and in the text.
pub(super) fn style(kind: &str) -> Style {
    match kind {
        "person" => Style::Person,
        "organization" => Style::Organization,
        "location" => Style::Location,
        _ => Style::OtherName,
    }
}

/// One line for each entity.
pub(super) fn list(entities: &[Entity], colour: bool) -> String {
    let mut sorted: Vec<&Entity> = entities.iter().collect();
    sorted.sort_by(|one, other| other.salience.total_cmp(&one.salience));
    let names: Vec<String> = sorted.iter().map(|entity| name(entity)).collect();
    let widths = names.iter().map(|name| measure_text_width(name));
    let width = widths.max().unwrap_or(0).min(MAX_NAME);
    let kinds = sorted.iter().map(|entity| entity.kind.len());
    let kind_width = kinds.max().unwrap_or(0);
    let mut lines = String::new();
    for (entity, name) in sorted.iter().zip(&names) {
        let mentions = match entity.mentions.len() {
            1 => "1 mention".to_owned(),
            many => format!("{many} mentions"),
        };
        let kind = paint(
            &format!("{:kind_width$}", entity.kind),
            style(&entity.kind),
            colour,
        );
        let blanks = " ".repeat(width.saturating_sub(measure_text_width(name)));
        let figures = paint(
            &format!("{:.2}  {mentions}{}", entity.salience, identity(entity)),
            Style::Dim,
            colour,
        );
        lines.push_str(&format!("{kind}  {name}{blanks}  {figures}\n"));
    }
    lines
}

/// The id, and the country where the id does not say it itself.
fn identity(entity: &Entity) -> String {
    let Some(id) = &entity.id else {
        return String::new();
    };
    let country = entity
        .link
        .as_ref()
        .and_then(|link| link.country.as_deref());
    match country.filter(|_| id.starts_with("geonames:")) {
        Some(country) => format!("  {} ({})", harmless(id), harmless(country)),
        None => format!("  {}", harmless(id)),
    }
}

fn name(entity: &Entity) -> String {
    let name = harmless(&entity.name);
    match &entity.title {
        Some(title) => format!("{name}, {}", harmless(title)),
        None => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn entity(kind: &str, name: &str, title: Option<&str>, salience: f64) -> Entity {
        serde_json::from_value(serde_json::json!({
            "type": kind, "name": name, "title": title, "salience": salience, "confidence": 0.9,
            "mentions": [{ "field": "text", "start": 0, "end": 3, "text": "Low" }]
        }))
        .unwrap()
    }

    #[test]
    fn the_most_salient_come_first_and_columns_are_aligned() {
        let entities = [
            entity("location", "Ærø", None, 0.2),
            entity("person", "Ada\u{7} Low", Some("skipper"), 0.75),
        ];
        let plain = list(&entities, false);
        assert_eq!(
            plain,
            "person    Ada\u{fffd} Low, skipper  0.75  1 mention\nlocation  Ærø                0.20  1 mention\n"
        );
        let place: Entity = serde_json::from_value(serde_json::json!({
            "type": "location", "name": "Moskva", "id": "geonames:524901", "salience": 0.5, "confidence": 0.9,
            "link": { "name": "Moscow", "confidence": 0.97, "country": "RU", "coordinates": { "latitude": 55.75, "longitude": 37.6 } },
            "mentions": [{ "field": "text", "start": 0, "end": 6, "text": "Moskva" }]
        }))
        .unwrap();
        let linked = list(&[place], false);
        assert_eq!(
            linked,
            "location  Moskva  0.50  1 mention  geonames:524901 (RU)\n"
        );
        let colourful = list(&entities, true);
        assert_ne!(colourful, plain);
        assert_eq!(console::strip_ansi_codes(&colourful), plain);
    }
}
