//! The bytes of a file into text. No I/O.
//!
//! A file has no header that names its charset, so it is guessed from the bytes alone: a byte order
//! mark, else UTF-8, else UTF-16 by where its NUL bytes are, else windows-1252.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are looked at to recognise UTF-16: enough for any headline.
const UTF16_SAMPLE: usize = 1024;

/// Text and what was repaired on the way to it.
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) recovered: Vec<String>,
}

/// Reads `bytes` in the charset that they are most likely written in. Characters that do not exist
/// in it become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return decode_as(encoding, rest, None);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return decode_as(
            encoding,
            bytes,
            Some(format!(
                "read as {} without a byte order mark",
                encoding.name()
            )),
        );
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded {
            text: text.to_owned(),
            recovered: Vec::new(),
        },
        Err(_) if is_damaged_utf8(bytes) => decode_as(UTF_8, bytes, None),
        Err(_) => decode_as(
            WINDOWS_1252,
            bytes,
            Some("not UTF-8, read as windows-1252".to_owned()),
        ),
    }
}

/// The flavour of UTF-16 that text without a byte order mark seems to be in.
pub(crate) fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..UTF16_SAMPLE).unwrap_or(bytes);
    let units = sample.len() / 2;
    if units < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let nuls = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    // Text of a Latin script has its NUL bytes all on one side. Real NUL characters or other scripts
    // in the text would blur this; what is then left over counts as binary.
    if odd * 2 > units && even == 0 {
        Some(UTF_16LE)
    } else if even * 2 > units && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8], repair: Option<String>) -> Decoded {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    let mut recovered = Vec::from_iter(repair);
    if damaged {
        recovered.push(format!(
            "bytes that are not {} were replaced by U+FFFD",
            encoding.name()
        ));
    }
    Decoded {
        text: text.into_owned(),
        recovered,
    }
}

/// Whether bytes that are not valid UTF-8 are more likely damaged UTF-8 than another charset: text
/// in a one-byte charset hardly ever holds a valid sequence of several bytes.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut sequences, mut errors) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sequences += chunk
            .valid()
            .chars()
            .filter(|character| !character.is_ascii())
            .count();
        errors += usize::from(!chunk.invalid().is_empty());
    }
    sequences > errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to_bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn marks_are_obeyed_and_removed() {
        assert_eq!(decode(b"\xef\xbb\xbfcaf\xc3\xa9").text, "café");
        assert_eq!(decode(b"\xff\xfec\0a\0f\0\xe9\0").text, "café");
        assert_eq!(decode(b"\xfe\xff\0c\0a\0f\0\xe9").text, "café");
        assert!(decode(b"\xef\xbb\xbfcaf\xc3\xa9").recovered.is_empty());
    }

    #[test]
    fn utf16_is_known_by_its_nul_bytes() {
        let text = "The café on the quay is open again";
        for bytes in [utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes)] {
            let decoded = decode(&bytes);
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.recovered.len(), 1);
        }
        assert!(utf16_without_mark(b"a\0b\0\0\0c\0d\0e\0").is_none());
    }

    #[test]
    fn other_bytes_are_windows_1252_and_said_to_be() {
        let decoded = decode(b"Caf\xe9 \x93Hafen\x94 \x80 5");
        assert_eq!(decoded.text, "Café “Hafen” € 5");
        assert_eq!(decoded.recovered, ["not UTF-8, read as windows-1252"]);
    }

    #[test]
    fn utf8_with_one_broken_byte_stays_utf8() {
        let decoded = decode(b"caf\xc3\xa9, th\xc3\xa9, bl\xc3\xa9 \xc3");
        assert_eq!(decoded.text, "café, thé, blé \u{fffd}");
        assert_eq!(decoded.recovered.len(), 1);
    }
}
