//! Compression of finished files.

use std::fs::File;
use std::io::{self, Read};

use dateline_config::Compression;

/// How a finished file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// RFC 1952.
    Gzip,
    /// RFC 8878, with a checksum.
    Zstd,
}

/// Level of gzip; what the `gzip` program takes.
const GZIP_LEVEL: u32 = 6;

/// Level of zstd; what the `zstd` program takes.
const ZSTD_LEVEL: i32 = 3;

impl Codec {
    /// Every codec.
    pub(crate) const ALL: [Codec; 2] = [Codec::Gzip, Codec::Zstd];

    /// The configured one; `None` for no compression.
    pub(crate) fn configured(compression: Compression) -> Option<Codec> {
        match compression {
            Compression::None => None,
            Compression::Gzip => Some(Codec::Gzip),
            Compression::Zstd => Some(Codec::Zstd),
        }
    }

    /// What a compressed file's name ends in.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Codec::Gzip => ".gz",
            Codec::Zstd => ".zst",
        }
    }

    /// What it ends in while it is written.
    pub(crate) fn unfinished_ending(self) -> &'static str {
        match self {
            Codec::Gzip => ".gz.tmp",
            Codec::Zstd => ".zst.tmp",
        }
    }

    /// Writes all of `plain`, compressed, to `out`; returns how many bytes it read.
    pub(crate) fn compress(self, mut plain: impl Read, out: &File) -> io::Result<u64> {
        let out = io::BufWriter::new(out);
        match self {
            Codec::Gzip => {
                let mut encoder =
                    flate2::write::GzEncoder::new(out, flate2::Compression::new(GZIP_LEVEL));
                let read = io::copy(&mut plain, &mut encoder)?;
                io::Write::flush(&mut encoder.finish()?)?;
                Ok(read)
            }
            Codec::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(out, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                let read = io::copy(&mut plain, &mut encoder)?;
                io::Write::flush(&mut encoder.finish()?)?;
                Ok(read)
            }
        }
    }

    /// Reads what [`Codec::compress`] wrote.
    pub(crate) fn decompress(self, compressed: File) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Codec::Gzip => Box::new(flate2::read::GzDecoder::new(io::BufReader::new(compressed))),
            Codec::Zstd => Box::new(zstd::stream::read::Decoder::new(compressed)?),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_was_compressed_comes_back() {
        let plain = b"{\"a\":1}\n".repeat(100_000);
        for codec in Codec::ALL {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("x");
            let read = codec
                .compress(plain.as_slice(), &File::create(&path).unwrap())
                .unwrap();
            assert_eq!(read, plain.len() as u64);
            assert!(path.metadata().unwrap().len() < read / 10);
            let mut back = Vec::new();
            codec
                .decompress(File::open(&path).unwrap())
                .unwrap()
                .read_to_end(&mut back)
                .unwrap();
            assert_eq!(back, plain);
        }
    }
}
