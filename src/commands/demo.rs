//! `dateline demo`: a small newsroom of our own, collected while one looks on.

use crate::cli::DemoArgs;
use crate::exit::Exit;

pub(crate) fn demo(args: &DemoArgs) -> anyhow::Result<Exit> {
    super::runtime()?.block_on(crate::demo::run(args))
}
