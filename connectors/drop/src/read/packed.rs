//! Files packed by gzip or zstd.

use std::borrow::Cow;
use std::io::Read;

use dateline_pipeline::fault::Fault;
use flate2::read::MultiGzDecoder;

/// Bytes of a file when it is unpacked: four times the largest that is read by default.
const MAX_BYTES: u64 = 64 << 20;
/// Layers: what is packed more often was packed to hurt.
const MAX_LAYERS: usize = 3;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// What is in a file, however often it is packed; the file itself where it is not.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    let mut bytes = Cow::Borrowed(bytes);
    for _ in 0..MAX_LAYERS {
        let inner = if bytes.starts_with(GZIP) {
            whole(MultiGzDecoder::new(bytes.as_ref()), "gzip")?
        } else if bytes.starts_with(ZSTD) {
            let decoder = zstd::stream::read::Decoder::new(bytes.as_ref())
                .map_err(|error| damaged("zstd", &error))?;
            whole(decoder, "zstd")?
        } else {
            return Ok(bytes);
        };
        bytes = Cow::Owned(inner);
    }
    if is_packed(&bytes) {
        let reason = format!("the file is packed more than {MAX_LAYERS} times; pack it once");
        return Err(Fault::poison("packed", reason));
    }
    Ok(bytes)
}

/// Whether a file is packed.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || bytes.starts_with(ZSTD)
}

fn whole(decoder: impl Read, name: &str) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let read = decoder.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| damaged(name, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let reason = format!(
            "the file has more than {} MiB when it is unpacked; split it",
            MAX_BYTES >> 20
        );
        return Err(Fault::poison("packed", reason));
    }
    Ok(bytes)
}

fn damaged(name: &str, error: &std::io::Error) -> Fault {
    let reason = format!("the file is {name} and does not unpack: {error}; send it again");
    Fault::poison("packed", reason)
}
