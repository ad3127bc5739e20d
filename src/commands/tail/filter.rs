//! Which records are shown. Every kind of condition that is given must hold; of one kind, one is enough.

use dateline_pipeline::record::{Entity, Record};

use crate::cli::TailArgs;

/// What a record must be like.
#[derive(Debug, Default)]
pub(super) struct Filter {
    sources: Vec<String>,
    languages: Vec<String>,
    entities: Vec<String>,
}

impl Filter {
    /// As the command line says.
    pub(super) fn of(args: &TailArgs) -> Filter {
        let lower = |texts: &[String]| texts.iter().map(|text| text.to_lowercase()).collect();
        Filter {
            sources: args.sources.clone(),
            languages: lower(&args.languages),
            entities: lower(&args.entities),
        }
    }

    pub(super) fn lets_through(&self, record: &Record) -> bool {
        let one_of = |wanted: &[String], holds: &dyn Fn(&String) -> bool| {
            wanted.is_empty() || wanted.iter().any(holds)
        };
        one_of(&self.sources, &|source| record.source.id == *source)
            && one_of(&self.languages, &|language| is_in(record, language))
            && one_of(&self.entities, &|wanted| {
                record
                    .entities
                    .iter()
                    .any(|entity| is_called(entity, wanted))
            })
    }
}

/// `pt` is any Portuguese, `pt-br` that of Brazil alone.
fn is_in(record: &Record, wanted: &str) -> bool {
    let Some(language) = &record.language else {
        return false;
    };
    let code = language.code.to_lowercase();
    let rest = code.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// By a part of its name, or by an id.
fn is_called(entity: &Entity, wanted: &str) -> bool {
    let ids = entity.id.iter();
    let mut ids = ids.chain(entity.link.iter().flat_map(|link| &link.same_as));
    entity.name.to_lowercase().contains(wanted)
        || entity
            .link
            .as_ref()
            .is_some_and(|link| link.name.to_lowercase().contains(wanted))
        || ids.any(|id| id.to_lowercase() == wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn record() -> Record {
        serde_json::from_value(json!({
            "schema": "dateline/1", "id": "1", "revision": 1, "op": "new",
            "source": { "kind": "feed", "id": "harbour" },
            "language": { "code": "pt-BR", "confidence": 1.0 },
            "first_seen": "2026-01-01T00:00:00Z", "fetched": "2026-01-01T00:00:00Z",
            "emitted": "2026-01-01T00:00:00Z",
            "entities": [{
                "type": "location", "name": "Port of Dunholm", "id": "geonames:1",
                "link": { "name": "Dunholm", "confidence": 0.9, "same_as": ["wikidata:Q1"] },
                "salience": 1.0, "confidence": 1.0, "mentions": [],
            }],
            "provenance": { "content_hash": "0" },
        }))
        .unwrap()
    }

    fn filter(sources: &[&str], languages: &[&str], entities: &[&str]) -> Filter {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Filter {
            sources: owned(sources),
            languages: owned(languages),
            entities: owned(entities),
        }
    }

    #[test]
    fn every_kind_must_hold_and_one_of_a_kind_is_enough() {
        for (filter, passes) in [
            (filter(&[], &[], &[]), true),
            (filter(&["harbour"], &["pt"], &["dunholm"]), true),
            (filter(&["other", "harbour"], &[], &[]), true),
            (filter(&["other"], &["pt"], &[]), false),
            (filter(&[], &["pt-br"], &[]), true),
            (filter(&[], &["p", "pt-pt"], &[]), false),
            (filter(&[], &[], &["geonames:1"]), true),
            (filter(&[], &[], &["wikidata:q1"]), true),
            (filter(&[], &[], &["wikidata:q"]), false),
            (filter(&["harbour"], &[], &["saltmarsh"]), false),
        ] {
            assert_eq!(filter.lets_through(&record()), passes, "{filter:?}");
        }
    }
}
