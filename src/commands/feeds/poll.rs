//! `dateline feeds poll`: has the running daemon ask feeds now.

use dateline_pipeline::collect::Polled;
use jiff::Timestamp;
use serde::Serialize;

use super::args::PollArgs;
use super::{Done, Stop};
use crate::client::{Client, ClientError};
use crate::commands::{load_config, refused, runtime};
use crate::daemon::socket::PollRequest;
use crate::exit::Exit;
use crate::terminal;
use crate::wording;

/// What the turn of a feed waits for, as JSON says it.
#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    turn: Polled,
}

pub(super) fn poll(args: &PollArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let runtime = runtime()?;
    let connected = runtime.block_on(Client::connect(&loaded.config.state.dir));
    let mut client = connected.map_err(|error| Stop::Said(refused(error, Exit::Findings)))?;
    let mut answers = Vec::with_capacity(args.ids.len());
    let mut exit = Exit::Fine;
    for id in &args.ids {
        let request = PollRequest { source: id.clone() };
        let polled = runtime.block_on(client.post("/v1/poll", &request));
        match polled {
            Ok(turn) => answers.push(Answer { id, turn }),
            // Others may be known all the same.
            Err(error @ ClientError::Refused { .. }) => exit = refused(error, Exit::Findings),
            Err(error) => return Err(Stop::Said(refused(error, Exit::Findings))),
        }
    }
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&answers)?);
    } else {
        let now = Timestamp::now();
        for Answer { id, turn } in &answers {
            terminal::result(&format!("{id} {}", wording::polled(turn, now)));
        }
    }
    Ok(exit)
}
