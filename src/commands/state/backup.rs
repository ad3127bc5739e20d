//! `dateline state backup`: a copy of the state as it is at one instant.

use std::time::Instant;

use dateline_config::ByteSize;
use dateline_pipeline::store;
use jiff::Timestamp;

use super::args::BackupArgs;
use super::{Done, with_state};
use crate::exit::Exit;
use crate::terminal;

pub(super) fn backup(args: &BackupArgs) -> Done {
    let began = Instant::now();
    let backup = with_state(&args.config, |dir| {
        store::backup(dir, &args.to, Timestamp::now())
    })?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&backup)?);
    } else {
        terminal::result(&format!(
            "{}: {} in {:.1} s",
            backup.path.display(),
            ByteSize(backup.bytes),
            began.elapsed().as_secs_f64()
        ));
    }
    Ok(Exit::Fine)
}
