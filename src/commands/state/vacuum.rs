//! `dateline state vacuum`: the room of what was deleted goes back to the disk.

use dateline_config::ByteSize;
use dateline_pipeline::store;

use super::args::VacuumArgs;
use super::{Done, with_state};
use crate::exit::Exit;
use crate::terminal;

pub(super) fn vacuum(args: &VacuumArgs) -> Done {
    let vacuumed = with_state(&args.config, store::vacuum)?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&vacuumed)?);
    } else {
        terminal::result(&format!(
            "{} before, {} now",
            ByteSize(vacuumed.before),
            ByteSize(vacuumed.after)
        ));
    }
    Ok(Exit::Fine)
}
