//! `dateline dead-letters retry`: what was set aside is tried again, each kind where it was set aside.

use std::sync::Arc;

use dateline_pipeline::clock::Clock;
use dateline_pipeline::letters::{self, Retry};

use super::args::ChosenArgs;
use crate::commands::act::{By, act};
use crate::commands::{Done, Stop, load_config};
use crate::daemon::letters::world;
use crate::exit::Exit;
use crate::terminal;
use crate::wording;

pub(super) fn retry(args: &ChosenArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let config = &loaded.config;
    let which = args.which(config)?;
    let (retry, by): (Retry, By) = act(
        config,
        Exit::Usage,
        async |client| client.post("/v1/dead-letters/retry", &which).await,
        async |store, readers| {
            let (world, now) = (Arc::new(world(config)), Clock::System.now());
            letters::retry(store, readers, which.clone(), world, now).await
        },
    )?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&retry)?);
    } else {
        terminal::result_raw(&describe(&retry, by));
    }
    Ok(match retry.stay.is_empty() {
        true => Exit::Fine,
        false => Exit::Findings,
    })
}

fn describe(retry: &Retry, by: By) -> String {
    if retry.again.is_empty() && retry.stay.is_empty() {
        return "there are no such dead letters\n".to_owned();
    }
    let when = match by {
        By::Daemon => "",
        By::Ourselves => " when the daemon runs",
    };
    let again = wording::retried(retry, when).into_iter();
    let mut text: String = again.map(|line| line + "\n").collect();
    for stay in &retry.stay {
        text += &format!(
            "{} stays: {}\n",
            stay.number,
            terminal::harmless(&stay.reason)
        );
    }
    text
}
