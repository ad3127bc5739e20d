//! One request to a hub, and what it shows of the hub.

use std::time::Duration;

use dateline_pipeline::fault::Fault;
use jiff::Timestamp;
use url::Url;

use super::callbacks::Place;
use crate::fetch::{Client, Limits, Refusal};

/// Bounds of a request to a hub. Its answer says nothing that is not in the status.
const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    connect_timeout: Duration::from_secs(10),
    max_body: 4096,
    cut: true,
    max_redirects: 5,
};

/// Kinds of faults of a hub that cannot be reached, or is silent.
const IN_VAIN: [&str; 5] = ["timeout", "connect", "connect_timeout", "dns", "proxy"];

/// Sends a hub a form, and notes what that showed of the hub.
pub(crate) async fn ask(
    client: &Client,
    hub: &str,
    form: &str,
    place: &mut Place,
    now: Timestamp,
) -> Result<(), Refusal> {
    let url =
        Url::parse(hub).map_err(|error| Fault::permanent("url", format!("{hub}: {error}")))?;
    let asked = client.post(&url, form, &LIMITS, now).await;
    match &asked {
        Ok(_) => place.answered(),
        Err(refusal) if is_trouble(refusal) => place.in_trouble(refusal.retry_after),
        Err(refusal) if refusal.status.is_some() => place.answered(),
        Err(_) => {}
    }
    asked.map(drop)
}

/// Whether a refusal speaks of all requests to the hub: it wants fewer of them, or they keep turns waiting in vain.
fn is_trouble(refusal: &Refusal) -> bool {
    match refusal.status {
        Some(429 | 503) => true,
        Some(403) => refusal.retry_after.is_some(),
        Some(_) => false,
        None => IN_VAIN.contains(&refusal.fault.kind),
    }
}
