//! Files that the library carries: a magic number with the version, a checksum, and what is packed by zstd. `tail -c +17 FILE | zstd -d` shows it.

use std::io::{BufRead, BufReader, Read};

use thiserror::Error;

/// Bytes of what is unpacked: twice as many as the largest has.
const MAX_UNPACKED: usize = 64 << 20;

/// What a file begins with: letters of its kind and the version of its layout.
pub(crate) type Magic = [u8; 8];

/// Why a file cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FileError {
    /// It is of another version, or another file.
    #[error("it is of no version that is understood; make it with the tools of the same version")]
    Version,
    /// It is damaged.
    #[error("it is damaged: {0}; make it again or take another copy")]
    Damaged(&'static str),
}

pub(crate) fn write(magic: Magic, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let packed = zstd::bulk::compress(bytes, 19)?;
    let mut file = magic.to_vec();
    file.extend(checksum(&packed).to_le_bytes());
    file.extend(packed);
    Ok(file)
}

pub(crate) fn read(magic: Magic, file: &[u8]) -> Result<Vec<u8>, FileError> {
    let packed = checked(magic, file)?;
    zstd::bulk::decompress(packed, MAX_UNPACKED)
        .map_err(|_| FileError::Damaged("it does not unpack"))
}

/// The same line by line, for what need not be whole in memory.
pub(crate) fn lines(
    magic: Magic,
    file: &[u8],
) -> Result<impl Iterator<Item = Result<String, FileError>>, FileError> {
    let unpacked = zstd::stream::read::Decoder::new(checked(magic, file)?)
        .map_err(|_| FileError::Damaged("it does not unpack"))?;
    let lines = BufReader::new(unpacked.take(MAX_UNPACKED as u64)).lines();
    Ok(lines.map(|line| line.map_err(|_| FileError::Damaged("it does not unpack to text"))))
}

/// What is packed in a file that is whole.
fn checked(magic: Magic, file: &[u8]) -> Result<&[u8], FileError> {
    let rest = file.strip_prefix(&magic).ok_or(FileError::Version)?;
    let (check, packed) = rest
        .split_at_checked(8)
        .ok_or(FileError::Damaged("it ends early"))?;
    if checksum(packed).to_le_bytes() != *check {
        return Err(FileError::Damaged("its checksum is another"));
    }
    Ok(packed)
}

/// FNV-1a over the bytes, eight at a time: against damage, not against malice.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
        sum ^= sum >> 31;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: Magic = *b"DLTEST\0\x01";

    #[test]
    fn damage_is_noticed() {
        let file = write(MAGIC, b"what was packed").unwrap();
        assert_eq!(read(MAGIC, &file).unwrap(), b"what was packed");
        let all: Vec<String> = lines(MAGIC, &file).unwrap().map(Result::unwrap).collect();
        assert_eq!(all, ["what was packed"]);
        assert_eq!(read(*b"DLTEST\0\x02", &file), Err(FileError::Version));
        for at in 8..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 0x10;
            assert!(matches!(read(MAGIC, &damaged), Err(FileError::Damaged(_))));
            assert!(read(MAGIC, &file[..at]).is_err());
        }
    }
}
