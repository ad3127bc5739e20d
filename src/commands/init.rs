//! `dateline init`: writes a commented configuration to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use anyhow::Context;

use crate::cli::InitArgs;
use crate::exit::Exit;
use crate::terminal;

pub(crate) fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    let path = args.path.display();
    // `create_new` so that two starts at the same time cannot overwrite each other either.
    let mut file = match OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.path)
    {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            terminal::say(&format!(
                "{path} exists and is left as it is; name another file: dateline init OTHER.toml"
            ));
            return Ok(Exit::Findings);
        }
        Err(error) => return Err(error).with_context(|| format!("{path} cannot be written")),
    };
    file.write_all(dateline_config::STARTER.as_bytes())
        .with_context(|| format!("{path} cannot be written"))?;
    terminal::say(&format!(
        "wrote {path}; put your feeds into it, then: dateline check -c {path} && dateline run -c {path}"
    ));
    Ok(Exit::Fine)
}
