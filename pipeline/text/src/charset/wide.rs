//! Charsets that are not supersets of ASCII: UTF-16, UTF-32, and EBCDIC as far as XML is declared in it.
//!
//! They are known by their marks, or by where the NUL bytes of their first ASCII characters are (XML 1.0, appendix F).

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::{Decoded, Source, decode_as, plain};

/// How many bytes are looked at to recognise a charset by its NUL bytes: enough for any headline.
const SAMPLE_BYTES: usize = 1024;

/// `<?xm` in EBCDIC.
const EBCDIC_DECLARATION: &[u8] = b"\x4c\x6f\xa7\x94";

/// The characters of IBM037 by their bytes, all of Latin-1, from the mapping that Unicode publishes under the Unicode licence
/// (<https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/EBCDIC/CP037.TXT>). CR and NEL are made LF.
#[rustfmt::skip]
const EBCDIC: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0a, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x0a, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xe2, 0xe4, 0xe0, 0xe1, 0xe3, 0xe5, 0xe7, 0xf1, 0xa2, 0x2e, 0x3c, 0x28, 0x2b, 0x7c,
    0x26, 0xe9, 0xea, 0xeb, 0xe8, 0xed, 0xee, 0xef, 0xec, 0xdf, 0x21, 0x24, 0x2a, 0x29, 0x3b, 0xac,
    0x2d, 0x2f, 0xc2, 0xc4, 0xc0, 0xc1, 0xc3, 0xc5, 0xc7, 0xd1, 0xa6, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xf8, 0xc9, 0xca, 0xcb, 0xc8, 0xcd, 0xce, 0xcf, 0xcc, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xd8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xab, 0xbb, 0xf0, 0xfd, 0xfe, 0xb1,
    0xb0, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xaa, 0xba, 0xe6, 0xb8, 0xc6, 0xa4,
    0xb5, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xa1, 0xbf, 0xd0, 0xdd, 0xde, 0xae,
    0x5e, 0xa3, 0xa5, 0xb7, 0xa9, 0xa7, 0xb6, 0xbc, 0xbd, 0xbe, 0x5b, 0x5d, 0xaf, 0xa8, 0xb4, 0xd7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xad, 0xf4, 0xf6, 0xf2, 0xf3, 0xf5,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xb9, 0xfb, 0xfc, 0xf9, 0xfa, 0xff,
    0x5c, 0xf7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xb2, 0xd4, 0xd6, 0xd2, 0xd3, 0xd5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xb3, 0xdb, 0xdc, 0xd9, 0xda, 0x9f,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// One of these charsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    Utf16(Order),
    Utf32(Order),
    Ebcdic,
}

impl Wide {
    pub(super) fn decode(self, bytes: &[u8], source: Source) -> Decoded<'_> {
        let decoded = match self {
            Wide::Utf16(Order::Little) => decode_as(bytes, UTF_16LE, source),
            Wide::Utf16(Order::Big) => decode_as(bytes, UTF_16BE, source),
            Wide::Utf32(order) => utf32(bytes, order, source),
            Wide::Ebcdic => ebcdic(bytes, source),
        };
        // A mark behind a mark, or behind what made it unnecessary.
        match decoded.text {
            Cow::Owned(text) if text.starts_with('\u{feff}') => Decoded {
                text: Cow::Owned(text.trim_start_matches('\u{feff}').to_owned()),
                ..decoded
            },
            text => Decoded { text, ..decoded },
        }
    }
}

/// The charset whose mark begins the bytes, and what comes after it.
pub(super) fn mark(bytes: &[u8]) -> Option<(Wide, &[u8])> {
    // UTF-32 first: its little-endian mark begins with that of UTF-16.
    match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => Some((Wide::Utf32(Order::Big), rest)),
        [0xff, 0xfe, 0, 0, rest @ ..] => Some((Wide::Utf32(Order::Little), rest)),
        [0xfe, 0xff, rest @ ..] => Some((Wide::Utf16(Order::Big), rest)),
        [0xff, 0xfe, rest @ ..] => Some((Wide::Utf16(Order::Little), rest)),
        _ => None,
    }
}

/// The charset that text without a mark is in, if it is one of these.
pub(super) fn pattern(bytes: &[u8]) -> Option<Wide> {
    if bytes.starts_with(EBCDIC_DECLARATION) {
        return Some(Wide::Ebcdic);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if !sample.contains(&0) {
        return None;
    }
    utf32_order(sample)
        .map(Wide::Utf32)
        .or_else(|| utf16_order(sample).map(Wide::Utf16))
}

/// All are characters, none is NUL, most are of the basic plane: chance has no such bytes.
fn utf32_order(sample: &[u8]) -> Option<Order> {
    [Order::Little, Order::Big].into_iter().find(|order| {
        let (mut all, mut basic) = (0_usize, 0_usize);
        for unit in units(sample, *order) {
            if unit == 0 || char::from_u32(unit).is_none() {
                return false;
            }
            all += 1;
            basic += usize::from(unit < 0x1_0000);
        }
        all >= 2 && basic * 2 > all
    })
}

/// Two ASCII characters at the start, as every XML and JSON document has them, or ASCII for the most part.
fn utf16_order(sample: &[u8]) -> Option<Order> {
    match sample {
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => {
            return Some(Order::Little);
        }
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => {
            return Some(Order::Big);
        }
        _ => {}
    }
    let count = sample.len() / 2;
    let nuls = |offset: usize| {
        let bytes = sample.iter().skip(offset).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    // Text of a Latin script has its NUL bytes all on one side. Real NUL characters or other scripts in the text would blur
    // this; what is then left over counts as binary.
    match (nuls(0), nuls(1)) {
        _ if count < 4 => None,
        (0, odd) if odd * 2 > count => Some(Order::Little),
        (even, 0) if even * 2 > count => Some(Order::Big),
        _ => None,
    }
}

fn units(bytes: &[u8], order: Order) -> impl Iterator<Item = u32> {
    let (units, _) = bytes.as_chunks::<4>();
    units.iter().map(move |unit| match order {
        Order::Little => u32::from_le_bytes(*unit),
        Order::Big => u32::from_be_bytes(*unit),
    })
}

fn utf32(bytes: &[u8], order: Order, source: Source) -> Decoded<'_> {
    let mut repaired = usize::from(!bytes.len().is_multiple_of(4));
    let mut text = String::with_capacity(bytes.len() / 4);
    for unit in units(bytes, order) {
        text.push(char::from_u32(unit).unwrap_or_else(|| {
            repaired += 1;
            '\u{fffd}'
        }));
    }
    if !bytes.len().is_multiple_of(4) {
        text.push('\u{fffd}');
    }
    let encoding = match order {
        Order::Little => "UTF-32LE",
        Order::Big => "UTF-32BE",
    };
    Decoded {
        text: Cow::Owned(text),
        encoding,
        source,
        repaired,
        overruled: None,
    }
}

fn ebcdic(bytes: &[u8], source: Source) -> Decoded<'_> {
    let text = bytes
        .iter()
        .map(|byte| char::from(EBCDIC[usize::from(*byte)]))
        .collect();
    Decoded {
        text: Cow::Owned(text),
        encoding: "IBM037",
        ..plain("", encoding_rs::UTF_8, source)
    }
}
