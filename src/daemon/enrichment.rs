//! How a configuration wants records to be enriched.

use dateline_config::{Config, Enrichment as Sort};
use dateline_pipeline::transform::enrichment::{Enrichment, Wanted};
use dateline_pipeline::transform::gazetteer::{self, GazetteerErrors};

/// Reads the files with the user's own names, too.
pub(crate) fn enrichment(config: &Config) -> Result<Enrichment, GazetteerErrors> {
    let gazetteer = gazetteer::read(&config.enrich.entities.gazetteers)?;
    let feeds = config.feeds.iter().map(|feed| (&feed.id, &feed.enrich));
    let drops = config.drops.iter().map(|drop| (&drop.id, &drop.enrich));
    let sources = feeds.chain(drops);
    Ok(Enrichment::new(
        gazetteer,
        sources.map(|(id, sorts)| (id.clone(), wanted(sorts))),
    ))
}

fn wanted(sorts: &[Sort]) -> Wanted {
    Wanted {
        timestamps: sorts.contains(&Sort::Timestamps),
        entities: sorts.contains(&Sort::Entities),
        quantities: sorts.contains(&Sort::Quantities),
    }
}
