//! Reads bodies piece by piece, as far as their limit goes. Decompression happens before, so that what is counted is
//! what takes memory.

use std::time::Duration;

use dateline_pipeline::fault::Fault;
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use url::Url;

use super::exchange::Limits;
use super::faults;

/// Longest silence within a body. A server that sends at all sends more often.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// The whole body of an answer from `url`, or as much of it as the limits say. `too_large` is what is wrong with more.
pub(super) async fn read(
    url: &Url,
    mut response: Response,
    limits: &Limits,
    too_large: fn(&Url, usize) -> Fault,
) -> Result<Vec<u8>, Fault> {
    let encoding = response.headers().get(CONTENT_ENCODING);
    if let Some(encoding) = encoding.filter(|encoding| *encoding != "identity") {
        // The agent takes the header away with the encodings that it knows.
        return Err(faults::unknown_encoding(url, encoding));
    }
    let promised = response.content_length();
    if !limits.cut && promised.is_some_and(|length| length > limits.max_body as u64) {
        return Err(too_large(url, limits.max_body));
    }
    let mut body = Vec::new();
    loop {
        let chunk = tokio::time::timeout(MAX_IDLE, response.chunk())
            .await
            .map_err(|_| faults::timeout(url, MAX_IDLE))?
            .map_err(|error| faults::of_body(url, &error))?;
        let Some(chunk) = chunk else { return Ok(body) };
        let room = limits.max_body - body.len();
        if chunk.len() > room {
            if limits.cut {
                body.extend_from_slice(&chunk[..room]);
                return Ok(body);
            }
            return Err(too_large(url, limits.max_body));
        }
        body.extend_from_slice(&chunk);
    }
}
