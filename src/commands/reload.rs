//! `dateline reload`: has the running daemon read its configuration again, and says what came of it.

use crate::cli::ReloadArgs;
use crate::client::{Client, ClientError};
use crate::daemon::control::Applied;
use crate::exit::Exit;
use crate::terminal;
use crate::wording;

pub(crate) fn reload(args: &ReloadArgs) -> anyhow::Result<Exit> {
    // Said as `check` says it, with places and colours, before anybody is troubled.
    let loaded = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let asked: Result<Applied, ClientError> = super::runtime()?.block_on(async {
        let mut client = Client::connect(&loaded.config.state.dir).await?;
        client.post("/v1/reload", &()).await
    });
    let applied = match asked {
        Ok(applied) => applied,
        Err(error) => return Ok(super::refused(error, Exit::Config)),
    };
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&applied)?);
    } else {
        terminal::result_raw(&describe(&applied));
    }
    Ok(Exit::Fine)
}

fn describe(applied: &Applied) -> String {
    let nothing = applied
        .is_nothing()
        .then(|| "nothing has changed".to_owned());
    let lines = nothing.into_iter().chain(wording::applied(applied));
    lines.map(|line| line + "\n").collect()
}
