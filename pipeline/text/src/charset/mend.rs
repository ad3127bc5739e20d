//! Text that was decoded rightly, but had been encoded wrongly before: the two mistakes that feeds are full of.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// The longest text that is looked at for a second layer of UTF-8. Whoever encodes twice does so with titles too.
const MAX_LAYERED_BYTES: usize = 16 * 1024 * 1024;

/// The text with windows-1252 that was written as control characters (`&#146;`, U+0092) made into the characters meant: no
/// text has those controls. Without any, nothing is copied.
pub fn mend_controls(text: &str) -> Cow<'_, str> {
    if !text
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0] == 0xc2 && pair[1] < 0xa0)
    {
        return Cow::Borrowed(text);
    }
    let meant = |character: char| match character {
        '\u{80}'..='\u{9f}' => of_windows_1252(character as u8),
        _ => character,
    };
    Cow::Owned(text.chars().map(meant).collect())
}

fn of_windows_1252(byte: u8) -> char {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
    text.chars().next().unwrap_or('\u{fffd}')
}

/// The text below, where all of this one is UTF-8 that was taken for Latin-1 or windows-1252 and encoded once more
/// (`Ã©` for `é`). It expects the text of one field, such as a title: what it decides, it decides for the whole.
pub fn undo_second_encoding(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    // Cheap reasons against: every sequence of UTF-8 begins with one of these characters, and most texts have others.
    let begins = |character: char| matches!(character, '\u{c2}'..='\u{f4}');
    if text.len() > MAX_LAYERED_BYTES || !begins(text.chars().find(|c| !c.is_ascii())?) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut is_latin1 = true;
    for character in text.chars() {
        bytes.push(match u8::try_from(character) {
            Ok(byte) => byte,
            Err(_) => {
                is_latin1 = false;
                to_windows_1252(character)?
            }
        });
    }
    let inner = String::from_utf8(bytes).ok()?;
    is_meant(&inner, is_latin1).then_some(inner)
}

/// The same for a text of several lines: all of it, else those of its lines that were encoded twice by themselves.
pub fn undo_second_encodings(text: &str) -> Option<String> {
    undo_second_encoding(text).or_else(|| {
        let mut is_changed = false;
        let lines = text.split_inclusive('\n').map(|line| {
            let inner = undo_second_encoding(line);
            is_changed |= inner.is_some();
            inner.map_or(Cow::Borrowed(line), Cow::Owned)
        });
        let mended: String = lines.collect();
        is_changed.then_some(mended)
    })
}

/// Whether what was found below is what was meant. A capital before a space or mark makes a sequence by chance
/// (`SANTÉ\u{a0}:`, `NESTLÉ®`), so sequences of nothing else are no reason.
fn is_meant(inner: &str, is_latin1: bool) -> bool {
    let mut sequences = 0;
    let mut is_convincing = false;
    for character in inner.chars().filter(|character| !character.is_ascii()) {
        let mut buffer = [0; 4];
        let (lead, follow) = match character.encode_utf8(&mut buffer).as_bytes() {
            [lead, follow @ ..] => (*lead, follow),
            [] => continue,
        };
        sequences += 1;
        if follow.iter().all(|byte| may_follow_a_word(lead, *byte)) {
            continue;
        }
        // One alone convinces where it is long, or a letter or sign of western Europe.
        if follow.len() > 1 || is_latin1 && matches!(lead, 0xc2..=0xc5) {
            return true;
        }
        is_convincing = true;
    }
    is_convincing && sequences >= 2
}

/// Whether windows-1252 has a space or mark here that right text has behind the letter of `lead`.
fn may_follow_a_word(lead: u8, byte: u8) -> bool {
    match byte {
        // No-break space, quotation marks, the signs of registration and of degrees.
        0xa0 | 0xab | 0xae | 0xb0 | 0xbb => true,
        // Ellipsis, quotation marks, bullet, dashes, trade mark. Few words end with Â or Ã; letters encoded twice begin so.
        0x82 | 0x84 | 0x85 | 0x8b | 0x91..=0x97 | 0x99 | 0x9b => !matches!(lead, 0xc2 | 0xc3),
        _ => false,
    }
}

fn to_windows_1252(character: char) -> Option<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = Encoding::encode(WINDOWS_1252, character.encode_utf8(&mut buffer));
    match (failed, &*bytes) {
        (false, [byte]) => Some(*byte),
        _ => None,
    }
}
