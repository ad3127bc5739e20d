//! `dateline tail`: the records of a running daemon as they are made.

mod filter;
mod lines;

use std::io::IsTerminal;

use dateline_pipeline::record::Record;
use http_body_util::BodyExt;
use jiff::tz::TimeZone;

use crate::cli::TailArgs;
use crate::client::{Client, ClientError};
use crate::exit::Exit;
use crate::terminal;
use filter::Filter;
use lines::Lines;

pub(crate) fn tail(args: &TailArgs) -> anyhow::Result<Exit> {
    let loaded = match super::load_config(&args.config.config) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let filter = Filter::of(args);
    let pretty = std::io::stdout().is_terminal() && !args.json;
    let followed = super::runtime()?.block_on(async {
        let mut client = Client::connect(&loaded.config.state.dir).await?;
        follow(&mut client, args.last, |line| show(line, &filter, pretty)).await
    });
    match followed {
        Ok(()) => {
            terminal::say("the daemon has stopped");
            Ok(Exit::Fine)
        }
        Err(error) => Ok(super::refused(error, Exit::Unavailable)),
    }
}

/// Hands every line over, until the daemon stops.
async fn follow(
    client: &mut Client,
    last: u32,
    mut show: impl FnMut(&[u8]),
) -> Result<(), ClientError> {
    let mut body = client.stream(&format!("/v1/records?last={last}")).await?;
    let mut lines = Lines::default();
    // A connection that breaks is a daemon that ends.
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(bytes) = frame.data_ref() {
            lines.push(bytes, &mut show);
        }
    }
    Ok(())
}

fn show(line: &[u8], filter: &Filter, pretty: bool) {
    let Ok(record) = serde_json::from_slice::<Record>(line) else {
        terminal::say("a record cannot be read: is the daemon of another version?");
        return;
    };
    if !filter.lets_through(&record) {
        return;
    }
    if pretty {
        let (colour, columns) = (terminal::stdout_is_colourful(), terminal::columns());
        terminal::result_raw(&lines::pretty(
            &record,
            &TimeZone::system(),
            columns,
            colour,
        ));
    } else {
        terminal::result(&String::from_utf8_lossy(line));
    }
}
