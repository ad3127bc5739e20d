//! How a configuration wants records to be enriched.

use dateline_config::{Config, Copies, Enrichment as Sort};
use dateline_pipeline::transform::copies;
use dateline_pipeline::transform::enrichment::{CopyPolicy, Enrichment, Wanted};
use dateline_pipeline::transform::gazetteer::{self, GazetteerErrors};

/// Reads the files with the user's own names, too.
pub(crate) fn enrichment(config: &Config) -> Result<Enrichment, GazetteerErrors> {
    let gazetteer = gazetteer::read(&config.enrich.entities.gazetteers)?;
    let feeds = config.feeds.iter();
    let feeds = feeds.map(|feed| (&feed.id, wanted(&feed.enrich, feed.copies)));
    let drops = config.drops.iter();
    let drops = drops.map(|drop| (&drop.id, wanted(&drop.enrich, drop.copies)));
    let sources = feeds.chain(drops);
    let copies = copies::Settings {
        window: config.duplicates.window,
        max_articles: config.duplicates.max_articles as u64,
    };
    Ok(
        Enrichment::new(gazetteer, sources.map(|(id, wanted)| (id.clone(), wanted)))
            .with_copies(copies)
            .with_rules(super::rules::rules(config)),
    )
}

fn wanted(sorts: &[Sort], copies: Copies) -> Wanted {
    Wanted {
        timestamps: sorts.contains(&Sort::Timestamps),
        entities: sorts.contains(&Sort::Entities),
        quantities: sorts.contains(&Sort::Quantities),
        copies: match copies {
            Copies::Mark => CopyPolicy::Mark,
            Copies::Drop => CopyPolicy::Drop,
            Copies::Pass => CopyPolicy::Pass,
        },
    }
}
