//! `dateline dead-letters show`: one dead letter with its reason, its place and its bytes.

use anyhow::anyhow;
use dateline_config::ByteSize;
use dateline_pipeline::store::{LetterEntry, look};
use jiff::Timestamp;
use serde_json::json;

use super::args::ShowArgs;
use crate::commands::{Done, Stop, load_config, no_state, stop};
use crate::exit::Exit;
use crate::terminal::{self, harmless};
use crate::wording::ago;

/// Bytes shown to people: some screens. `--raw` and `--json` give all.
const SHOWN: usize = 8 << 10;

/// Bytes in a line of hexadecimal digits.
const HEX_LINE: usize = 16;

pub(super) fn show(args: &ShowArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let dir = &loaded.config.state.dir;
    let found = look(dir, |reader| reader.letter(args.number));
    let found = found.map_err(|error| stop(Exit::Unavailable, &error.into()))?;
    let Some(entry) = found.ok_or_else(|| no_state(dir))? else {
        let error = anyhow!("there is no dead letter {}", args.number);
        return Err(stop(Exit::Usage, &error));
    };
    if args.raw {
        terminal::result_bytes(&entry.bytes);
    } else if args.json {
        terminal::result(&serde_json::to_string_pretty(&as_json(&entry)?)?);
    } else {
        terminal::result_raw(&describe(&entry, Timestamp::now()));
    }
    Ok(Exit::Fine)
}

/// With its bytes as `text` where they are text, else as hexadecimal digits in `hex`.
fn as_json(entry: &LetterEntry) -> anyhow::Result<serde_json::Value> {
    let mut all = serde_json::to_value(&entry.letter)?;
    match std::str::from_utf8(&entry.bytes) {
        Ok(text) => all["text"] = json!(text),
        Err(_) => all["hex"] = json!(hex(&entry.bytes)),
    }
    Ok(all)
}

fn describe(entry: &LetterEntry, now: Timestamp) -> String {
    let letter = &entry.letter;
    let by = match letter.stage.as_str() {
        "deliver" => "refused by sink",
        _ => "from source",
    };
    let mut lines = vec![
        ("dead letter", letter.number.to_string()),
        (
            "set aside",
            format!("{}, {}", ago(letter.at, now), letter.at),
        ),
        ("stage", letter.stage.clone()),
        (by, letter.origin.clone()),
        ("subject", letter.subject.clone()),
        ("kind", letter.kind.clone()),
        ("reason", letter.reason.clone()),
    ];
    if let Some(record) = letter.record {
        lines.push(("record", record.to_string()));
    }
    lines.push(("kept", ByteSize(letter.size).to_string()));
    let mut text = String::new();
    for (name, value) in lines {
        text += &format!("{name:<16}{}\n", harmless(&value));
    }
    text.push('\n');
    text += &shown(&entry.bytes);
    text
}

/// Bytes as people read them.
fn shown(bytes: &[u8]) -> String {
    let (head, rest) = bytes.split_at(bytes.len().min(SHOWN));
    let mut text = match readable(head) {
        Some(text) => text
            .split_inclusive('\n')
            .map(|line| match line.strip_suffix('\n') {
                Some(line) => format!("{}\n", harmless(&line.replace('\t', "    "))),
                None => harmless(&line.replace('\t', "    ")).into_owned(),
            })
            .collect(),
        None => dump(head),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !rest.is_empty() {
        text += &format!("… {} more bytes; --raw writes all\n", rest.len());
    }
    text
}

/// The text that bytes are, where they are one; a character may be cut off at their end.
fn readable(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            let whole = bytes.get(..error.valid_up_to())?;
            std::str::from_utf8(whole).ok()
        }
        Err(_) => None,
    }
    .filter(|text| !text.contains('\0'))
}

/// Offset, hexadecimal digits, and what of it is ASCII, a line each.
fn dump(bytes: &[u8]) -> String {
    let line = |(number, chunk): (usize, &[u8])| {
        let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let ascii: String = chunk
            .iter()
            .map(|byte| match byte {
                b' '..=b'~' => char::from(*byte),
                _ => '.',
            })
            .collect();
        let offset = number * HEX_LINE;
        let width = HEX_LINE * 3 - 1;
        format!("{offset:08x}  {:<width$}  {ascii}\n", digits.join(" "))
    };
    bytes.chunks(HEX_LINE).enumerate().map(line).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_text_without_what_a_terminal_obeys() {
        assert_eq!(
            shown("a\tb\u{1b}[2J\nc".as_bytes()),
            "a    b\u{fffd}[2J\nc\n"
        );
        assert_eq!(
            shown(
                "caf\u{e9}"
                    .as_bytes()
                    .split_last()
                    .map_or(&[], |(_, head)| head)
            ),
            "caf\n"
        );
        assert_eq!(shown(b""), "");
    }

    #[test]
    fn what_is_no_text_is_shown_in_hexadecimal_digits() {
        let dump = shown(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff");
        assert_eq!(
            dump,
            "00000000  89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52  .PNG........IHDR\n\
             00000010  ff                                               .\n"
        );
        let long = shown(&[0xff; SHOWN + 3]);
        assert!(long.ends_with("… 3 more bytes; --raw writes all\n"));
    }
}
