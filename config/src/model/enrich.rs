//! What is found in the texts of records.

use std::path::PathBuf;

use crate::shape::{ConfigPath, List, OneOf, Table};

/// Most files of names: each is read whole.
const MAX_GAZETTEERS: usize = 100;

/// Sorts of findings.
const SORTS: usize = 3;

choice! {
    /// What is found in the texts of a source's records.
    Enrichment {
        /// The times that they speak of.
        Timestamps = "timestamps",
        /// Whom and what they name.
        Entities = "entities",
        /// Amounts of money, percentages, measures, tickers.
        Quantities = "quantities",
    }
}

choice! {
    /// When an article's page is asked for its text.
    FullText {
        /// Never: the feed's text is the record's.
        Never = "never",
        /// Where the feed gives fewer than 150 words.
        WhenShort = "when_short",
        /// For every fresh item with a link.
        Always = "always",
    }
}

/// The shape of a source's `enrich`.
pub(super) fn enrichments() -> List<OneOf<Enrichment>> {
    List {
        of: OneOf::new(),
        least: 0,
        most: SORTS,
    }
}

/// All of it.
pub(super) fn everything() -> Vec<Enrichment> {
    vec![
        Enrichment::Timestamps,
        Enrichment::Entities,
        Enrichment::Quantities,
    ]
}

section! {
    /// What is found in the texts of all records. `enrich` in `[defaults]`, in one of the `[[feeds]]` or of the `[[drops]]` says whether it is looked for.
    table Enrich at "[enrich]", hints {
        "gazetteers" => "write `gazetteers` under `[enrich.entities]`",
        "enabled" => "write `enrich = []` under [defaults], or in one of the [[feeds]] or [[drops]]",
    } {
        /// Whom and what texts name.
        entities: EnrichEntities = default(EnrichEntities::default()), Table::<EnrichEntities>::new();
    }
}

section! {
    /// Whom and what texts name.
    table EnrichEntities at "[enrich.entities]", hints {
        "gazetteer" => "did you mean `gazetteers`? It is a list: [\"companies.csv\"]",
        "names" => "did you mean `gazetteers`?",
    } {
        /// Files with names of your own that are found in every text and linked to ids of your own, whatever else is known of them. CSV with a
        /// header: `name`, `type` (person, organization, location, misc), and where there are any, `id` and `aliases`, with `|` between them.
        gazetteers: Vec<PathBuf> = default(Vec::new()), List { of: ConfigPath, least: 0, most: MAX_GAZETTEERS };
    }
}
