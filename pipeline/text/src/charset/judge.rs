//! Which charset do these bytes fit? Counts and frequencies, no declarations.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// The most bytes of a document that detection looks at, from the first that is not ASCII on: it is the slowest step, and
/// what a few thousand words do not tell, a million will not.
const MAX_DETECTED_BYTES: usize = 256 * 1024;

/// The longest top-level domain that exists has 24 letters in its ASCII form.
const MAX_TLD_BYTES: usize = 24;

/// How many sequences of valid UTF-8 text in a two-byte charset of East Asia can be by chance: a pair of its bytes is one
/// about once in six.
const CHANCE_SEQUENCES: usize = 4;

/// What bytes are as UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Characters beyond ASCII.
    pub(super) fitting: usize,
    /// Places where it is none; each would become one U+FFFD.
    pub(super) misfits: usize,
}

impl Counts {
    /// Whether it is UTF-8, only damaged, whatever is declared: text in another charset hardly ever has a valid sequence of
    /// several bytes, and not ten for each that is none.
    pub(super) fn is_surely_utf8(self) -> bool {
        self.fitting >= 8 && self.fitting >= 10 * self.misfits
    }

    /// Whether it is sooner damaged UTF-8 than text in an unknown charset.
    pub(super) fn is_rather_utf8(self) -> bool {
        self.fitting > 0 && self.fitting >= self.misfits
    }
}

pub(super) fn utf8(bytes: &[u8]) -> Counts {
    let mut counts = Counts::default();
    for chunk in bytes.utf8_chunks() {
        counts.fitting += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        counts.misfits += usize::from(!chunk.invalid().is_empty());
    }
    counts
}

/// Whether bytes that are not valid UTF-8 can be what they are declared to be.
pub(super) fn fits(bytes: &[u8], encoding: &'static Encoding, counts: Counts) -> bool {
    if encoding == UTF_8 {
        return counts.is_rather_utf8();
    }
    // A charset of one byte fits everything but the few bytes that it leaves out.
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if !damaged {
        return true;
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for character in text.chars().filter(|character| !character.is_ascii()) {
        if character == '\u{fffd}' {
            bad += 1;
        } else {
            good += 1;
        }
    }
    bad * 4 <= good
}

/// Whether valid UTF-8 may all the same be text in the declared charset, by chance.
pub(super) fn is_chance(bytes: &[u8], encoding: &'static Encoding) -> bool {
    // One byte: it would have to be rows of an accented capital and a sign, and nothing else beyond ASCII.
    if encoding == UTF_8 || encoding.is_single_byte() || utf8(bytes).fitting >= CHANCE_SEQUENCES {
        return false;
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some()
}

/// What the bytes look like; never UTF-8.
pub(super) fn detect(bytes: &[u8], host: Option<&str>) -> &'static Encoding {
    let telling = |byte: &u8| !byte.is_ascii() || *byte == 0x1b;
    // A few bytes before the first are context.
    let start = bytes
        .iter()
        .position(telling)
        .unwrap_or(0)
        .saturating_sub(4);
    let end = bytes.len().min(start + MAX_DETECTED_BYTES);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[start..end], end == bytes.len());
    detector.guess(host.and_then(tld).as_deref(), Utf8Detection::Deny)
}

/// The top-level domain of a host in the form that the detector takes: lower case, ASCII, without a dot.
fn tld(host: &str) -> Option<Vec<u8>> {
    let last = host.trim_end_matches('.').rsplit('.').next()?;
    let is_domain = last.len() <= MAX_TLD_BYTES
        && last.bytes().any(|byte| byte.is_ascii_alphabetic())
        && last
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_domain.then(|| last.to_ascii_lowercase().into_bytes())
}
