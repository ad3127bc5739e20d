//! `dateline dead-letters drop`: what was set aside is thrown away.

use dateline_pipeline::letters::{self, Dropped};

use super::args::ChosenArgs;
use crate::commands::act::{By, act};
use crate::commands::{Done, Stop, load_config};
use crate::exit::Exit;
use crate::terminal;

pub(super) fn drop(args: &ChosenArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let which = args.which(&loaded.config)?;
    let (dropped, _): (Dropped, By) = act(
        &loaded.config,
        Exit::Usage,
        async |client| client.post("/v1/dead-letters/drop", &which).await,
        async |store, readers| letters::drop(store, readers, which.clone()).await,
    )?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&dropped)?);
    } else {
        let number = usize::try_from(dropped.dropped).unwrap_or(usize::MAX);
        let letters = crate::wording::count(number, "dead letter");
        terminal::result(&format!("{letters} thrown away"));
        for number in &dropped.missing {
            terminal::say(&format!("there is no dead letter {number}"));
        }
    }
    Ok(match dropped.missing.is_empty() {
        true => Exit::Fine,
        false => Exit::Findings,
    })
}
