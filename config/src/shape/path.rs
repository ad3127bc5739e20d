//! Paths and globs.

use std::path::{Path, PathBuf};

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use super::text::{Complaint, Text};
use crate::decode::Context;

/// A glob on file names.
pub(crate) fn file_pattern() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        if text.contains('/') {
            return Err(Complaint::new(
                "must not hold `/`: patterns match file names, not paths",
                "put the folder into `path`, and set `recursive = true` to watch its sub-folders",
            ));
        }
        check_glob(text)
    }
    Text {
        kind: "glob",
        example: "*.txt",
        pattern: Some("^[^/]+$"),
        parse,
        write: String::clone,
    }
}

/// A file name or a glob that names files to include.
pub(crate) fn include_pattern() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        if text.contains("**") {
            return Err(Complaint::new(
                "must not hold `**`",
                "name each folder: [\"feeds.d/*.toml\", \"feeds.d/*/*.toml\"]",
            ));
        }
        check_glob(text)
    }
    Text {
        kind: "path or glob",
        example: "feeds.d/*.toml",
        pattern: None,
        parse,
        write: String::clone,
    }
}

fn check_glob(text: &str) -> Result<String, Complaint> {
    match glob::Pattern::new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Complaint::new(
            format!("is not a valid glob: {}", error.msg),
            "`*` stands for any letters, `?` for one, `[abc]` for one of these: \"*.txt\"",
        )),
    }
}

/// A path; a relative one starts from the folder of the file that names it.
pub(crate) struct ConfigPath;

impl Shape for ConfigPath {
    type Value = PathBuf;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<PathBuf> {
        fn parse(text: &str) -> Result<PathBuf, Complaint> {
            if text == "~" || text.starts_with("~/") {
                return Err(Complaint::new(
                    "starts with `~`, which is not expanded here",
                    "write the whole path, such as \"/home/user/…\"",
                ));
            }
            if text.starts_with('$') {
                return Err(Complaint::new(
                    "starts with `$`: variables are not expanded here",
                    "write the whole path",
                ));
            }
            Ok(PathBuf::from(text))
        }
        let shape = Text {
            kind: "path",
            example: "data",
            pattern: None,
            parse,
            write: |path: &PathBuf| path.display().to_string(),
        };
        let path = shape.decode(context, subject, value)?;
        Some(context.resolve(&path))
    }

    fn write(&self, value: &PathBuf) -> Json {
        json!(value.display().to_string())
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }

    fn kind(&self) -> String {
        "path".to_owned()
    }

    fn example(&self) -> String {
        "\"data\"".to_owned()
    }

    fn adopt(&self, context: &mut Context, value: PathBuf) -> PathBuf {
        context.resolve(Path::new(&value))
    }
}
