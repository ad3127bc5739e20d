//! What a configuration says about dead letters that are tried again.

use std::collections::{BTreeSet, HashMap};

use dateline_config::{Config, DropFolder};
use dateline_drop::Place;
use dateline_pipeline::letters::{Retry, World};

use super::assembly;

/// Which sinks get records, and where files are that could not be read.
pub(crate) fn world(config: &Config) -> World {
    let folders = assembly::enabled_drops(config);
    let folders: HashMap<String, DropFolder> = folders
        .map(|folder| (folder.id.clone(), folder.clone()))
        .collect();
    World {
        sinks: assembly::enabled_sinks(config)
            .map(|sink| sink.name())
            .collect(),
        in_place: Box::new(move |source, subject| match folders.get(source) {
            Some(folder) => is_in_place(folder, subject),
            None => Err(format!(
                "{source} is not read: it is no drop folder of the configuration, or not enabled"
            )),
        }),
    }
}

/// The sources that have something to read again.
pub(super) fn sources(retry: &Retry) -> BTreeSet<&String> {
    let collected = retry.again.iter().filter(|again| again.stage == "collect");
    collected.map(|again| &again.origin).collect()
}

fn is_in_place(folder: &DropFolder, subject: &str) -> Result<(), String> {
    let root = folder.path.display();
    match dateline_drop::place(folder, subject) {
        Place::Folder => Ok(()),
        Place::Archive(path) => Err(format!(
            "its file was moved to {}: copy it back into {root} (`cp`, not `mv`) and it is read as a new one; then drop this letter",
            path.display()
        )),
        Place::Nowhere => Err(format!(
            "no file of this name is in {root} any more: put it there again and it is read; then drop this letter"
        )),
    }
}
