//! The JSON-lines sink.

use std::path::PathBuf;
use std::time::Duration;

use crate::decode::{Context, Fields};
use crate::expression::Expression;
use crate::shape::{
    Bool, ByteSize, ConfigPath, OneOf, condition, days, duration, file_template, hours, kib, mib,
    placeholders, secs, size, tib,
};

/// The file name where none is configured.
const DEFAULT_FILE: &str = "articles-{date}-{seq}.jsonl";

choice! {
    /// How a finished file is compressed.
    Compression {
        /// Not at all.
        None = "none",
        /// gzip; the name gets `.gz`.
        Gzip = "gzip",
        /// Zstandard; the name gets `.zst`.
        Zstd = "zstd",
    }
}

section! {
    /// Writes records as JSON lines, each exactly once, into files below one folder.
    item JsonlSink at "[sinks.jsonl.NAME]", hints {
        "path" => "did you mean `dir`? The name of the files is `file`",
        "folder" => "did you mean `dir`?",
        "filename" => "did you mean `file`?",
        "max_size" => "did you mean `rotate_size`?",
        "rotate" => "did you mean `rotate_every` or `rotate_size`?",
        "compression" => "did you mean `compress`?",
        "sync" => "did you mean `fsync`?",
        "when" => "did you mean `where`?",
        "filter" => "did you mean `where`?",
    }, check check_jsonl {
        /// Folder that the files are written to; it is made when it is missing.
        dir: PathBuf = required, ConfigPath;
        /// Name of the files below the folder; `/` makes sub-folders. Placeholders: `{date}` (2024-05-09, UTC),
        /// `{hour}` (00 to 23, UTC), `{seq}` (a number that tells files apart; it must be there), `{sink}` (the sink's name).
        file: String = default(DEFAULT_FILE.to_owned()), file_template();
        /// Size from which a file is finished and the next one begun.
        rotate_size: ByteSize = default(mib(256)), size(kib(1), tib(1));
        /// Age from which a file is finished and the next one begun.
        rotate_every: Duration = default(hours(1)), duration(secs(1), days(365));
        /// How a finished file is compressed.
        compress: Compression = default(Compression::None), OneOf::<Compression>::new();
        /// Whether each commit waits until the disk has it. Without, a power cut can lose records; a crash of the process cannot.
        fsync: bool = default(true), Bool;
        /// Which records go there: those for which this expression is true (CEL, docs/rules.md). Where absent, all. One for which it fails goes there.
        r#where: Option<Expression> = optional, condition("record.language.code == 'en'");
        /// Whether the sink is written to. One that is switched off keeps its position.
        enabled: bool = default(true), Bool;
        /// Whether `/readyz` is 503 while the sink takes nothing. Of one that is not required it only says so.
        required: bool = default(true), Bool;
    }
}

impl JsonlSink {
    /// The sink that stands in where none is configured.
    pub(crate) fn into_dir(dir: PathBuf) -> Self {
        Self {
            dir,
            file: DEFAULT_FILE.to_owned(),
            rotate_size: mib(256),
            rotate_every: hours(1),
            compress: Compression::None,
            fsync: true,
            r#where: None,
            enabled: true,
            required: true,
        }
    }
}

fn check_jsonl(sink: &mut JsonlSink, context: &mut Context, at: &Fields<'_>) {
    if at.failed("file") || placeholders(&sink.file).contains(&"sink") {
        return;
    }
    let target = sink.dir.join(&sink.file).display().to_string();
    let message = "two sinks write the same files";
    context.claim(
        "jsonl files",
        &target,
        at.span("dir"),
        message,
        "give one of them another `dir`, or put `{sink}` into `file`",
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn the_sink_that_stands_in_has_the_defaults_of_a_written_one() {
        let text = "[[feeds]]\nurl = \"https://example.org/feed\"\n[sinks.jsonl.a]\ndir = \"x\"\n";
        let loaded = crate::parse(text, Path::new("dateline.toml")).unwrap();
        assert_eq!(
            loaded.config.sinks.jsonl["a"],
            JsonlSink::into_dir(PathBuf::from("x"))
        );
    }
}
