//! Results to stdout, talk to stderr: the only room that prints.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{IsTerminal, Write};

/// Columns assumed where the terminal does not tell.
const COLUMNS: usize = 100;

/// Writes a result line. A reader that has gone away (`| head`) is no error.
pub(crate) fn result(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").is_err() {
        std::process::exit(0);
    }
}

/// Writes a result as it is.
pub(crate) fn result_raw(text: &str) {
    result_bytes(text.as_bytes());
}

/// Writes bytes as they are.
pub(crate) fn result_bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Says something to the person at the terminal.
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// Says what went wrong, with the causes that the message does not name itself.
pub(crate) fn complain(error: &anyhow::Error) {
    let label = paint("error:", Style::Error, stderr_is_colourful());
    let mut message = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    eprintln!("{label} {message}");
}

/// Text from outside without what a terminal would obey: control characters.
pub(crate) fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Stands out.
    Bold,
    /// Stands back.
    Dim,
    /// Good.
    Good,
    /// Doubtful.
    Warning,
    /// Bad.
    Error,
    /// A person's name.
    Person,
    /// An organisation's name.
    Organization,
    /// A place's name.
    Location,
    /// Any other name.
    OtherName,
}

/// `text` in `style`, if `colourful`; nothing must depend on it.
pub(crate) fn paint(text: &str, style: Style, colourful: bool) -> String {
    let code = match style {
        Style::Bold => "1",
        Style::Dim => "2",
        Style::Good => "32",
        Style::Warning => "33",
        Style::Error => "1;31",
        Style::Person => "36",
        Style::Organization => "35",
        Style::Location => "32",
        Style::OtherName => "33",
    };
    if colourful {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Whether stderr shows colours (a terminal, and `NO_COLOR` is not set).
pub(crate) fn stderr_is_colourful() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether stdout shows colours.
pub(crate) fn stdout_is_colourful() -> bool {
    std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Columns of the terminal.
pub(crate) fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns >= 40)
        .unwrap_or(COLUMNS)
}

/// Columns of stdout, where it is a terminal.
pub(crate) fn stdout_columns() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(stdout).ok();
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    Some(if columns >= 40 { columns } else { COLUMNS })
}
