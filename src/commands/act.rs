//! Does something to the state: through the daemon that works on it, or alone where nobody does.

use std::sync::Arc;

use dateline_config::Config;
use dateline_pipeline::store::{self, Holder, Readers, Store, StoreError, Tuning, holder};

use super::Stop;
use crate::client::{Client, ClientError};
use crate::exit::Exit;

/// Who has done it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The daemon, which goes on at once.
    Daemon,
    /// This process; the daemon goes on when it runs.
    Ourselves,
}

/// Gives the order to the daemon, or does it alone. `refusal` is how the command ends when the daemon refuses.
pub(super) fn act<T>(
    config: &Config,
    refusal: Exit,
    order: impl AsyncFnOnce(&mut Client) -> Result<T, ClientError>,
    alone: impl AsyncFnOnce(&Store, &Arc<Readers>) -> Result<T, StoreError>,
) -> Result<(T, By), Stop> {
    let dir = &config.state.dir;
    let runtime = super::runtime()?;
    if !matches!(holder(dir), Holder::Nobody) {
        let ordered = runtime.block_on(async { order(&mut Client::connect(dir).await?).await });
        return match ordered {
            Ok(done) => Ok((done, By::Daemon)),
            Err(error) => Err(Stop::Said(super::refused(error, refusal))),
        };
    }
    if !dir.join(store::DATABASE).exists() {
        return Err(super::no_state(dir));
    }
    let done = runtime.block_on(async {
        let (store, readers) = store::open(dir, Tuning::default())?;
        let done = alone(&store, &readers).await;
        store.close(false).await;
        done
    });
    match done {
        Ok(done) => Ok((done, By::Ourselves)),
        Err(error) => Err(super::stop(Exit::Unavailable, &error.into())),
    }
}
