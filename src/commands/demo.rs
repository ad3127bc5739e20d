//! `dateline demo`: being built.

use crate::cli::DemoArgs;
use crate::exit::Exit;

pub(crate) fn demo(args: &DemoArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("not there yet: {args:?}")
}
