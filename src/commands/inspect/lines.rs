//! `--batch`: one JSON request a line on standard input, one JSON answer a line on standard output, in order. Whatever a line holds, it gets
//! an answer.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::MAX_INPUT;
use crate::exit::Exit;

/// Bytes read from standard input at once: requests with texts are some KiB long.
const READ_AHEAD: usize = 64 << 10;

/// Answers the requests of standard input by `work`; what is no request gets `unreadable` of the reason.
pub(super) fn answer<R: DeserializeOwned>(
    work: impl Fn(R) -> Value,
    unreadable: impl Fn(String) -> Value,
) -> anyhow::Result<Exit> {
    let input = BufReader::with_capacity(READ_AHEAD, std::io::stdin().lock());
    let mut out = BufWriter::new(std::io::stdout().lock());
    each(input, MAX_INPUT, |line| {
        let answer = match line.and_then(|line| {
            serde_json::from_slice(line)
                .map_err(|error| format!("the request cannot be read: {error}"))
        }) {
            Ok(request) => work(request),
            Err(reason) => unreadable(reason),
        };
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
        Ok(())
    })?;
    out.flush()?;
    Ok(Exit::Fine)
}

/// Hands over each line that is not blank, or why it cannot be had.
fn each(
    mut input: impl BufRead,
    max: u64,
    mut take: impl FnMut(Result<&[u8], String>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.by_ref().take(max).read_until(b'\n', &mut line);
        if read.context("standard input cannot be read")? == 0 {
            return Ok(());
        }
        if line.len() as u64 == max && line.last() != Some(&b'\n') {
            input
                .skip_until(b'\n')
                .context("standard input cannot be read")?;
            take(Err(format!("the request is longer than {max} bytes")))?;
        } else if !line.trim_ascii().is_empty() {
            take(Ok(&line))?;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn lines(input: &str) -> Vec<String> {
        let mut lines = Vec::new();
        each(input.as_bytes(), 8, |line| {
            lines.push(match line {
                Ok(line) => String::from_utf8(line.trim_ascii().to_vec()).unwrap(),
                Err(reason) => reason,
            });
            Ok(())
        })
        .unwrap();
        lines
    }

    #[test]
    fn every_line_that_is_not_blank_is_handed_over_once() {
        assert_eq!(lines(""), [""; 0]);
        assert_eq!(lines("\n  \n"), [""; 0]);
        assert_eq!(lines("a\n\nb"), ["a", "b"]);
        assert_eq!(lines("1234567\nb\n"), ["1234567", "b"]);
        let long = "the request is longer than 8 bytes";
        assert_eq!(lines("12345678\nb\n"), [long, "b"]);
        assert_eq!(lines("123456789012345678901\nb"), [long, "b"]);
        assert_eq!(lines("12345678"), [long]);
    }
}
