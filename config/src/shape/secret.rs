//! Secrets: the configuration names where one is kept, never what it is.
//! Nothing here prints a secret's value, and findings show no snippet of a place where one may stand.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::ops::Deref;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Shape;
use super::path::ConfigPath;
use super::text::environment_name;
use crate::decode::{Context, type_name};
use crate::finding::Finding;
use crate::suggest::quote;

/// Largest secret file read, in bytes: keys and tokens are far smaller, and a wrong path must not fill memory.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// Where a secret is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// In the environment variable of this name.
    Env(String),
    /// In this file; line breaks at its end do not count.
    File(PathBuf),
}

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, or is not Unicode.
    #[error("environment variable `{0}` is not set: set it for the process that runs dateline")]
    Unset(String),
    /// The variable or file is there and holds nothing.
    #[error("{0} is empty: put the secret there")]
    Empty(String),
    /// The file could not be read.
    #[error("cannot read the secret in `{path}`: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is larger than 64 KiB or not UTF-8 text.
    #[error("`{0}` does not hold a secret: it must be UTF-8 text of at most 64 KiB")]
    NotText(PathBuf),
}

impl Secret {
    /// Reads the secret. Called when it is needed, so that a rotated secret is found.
    pub fn reveal(&self) -> Result<Revealed, SecretError> {
        let value = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| SecretError::Unset(name.clone()))?,
            Self::File(path) => read_secret(path)?,
        };
        if value.is_empty() {
            return Err(SecretError::Empty(self.to_string()));
        }
        Ok(Revealed(value))
    }
}

fn read_secret(path: &PathBuf) -> Result<String, SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        path: path.clone(),
        source,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_SECRET_BYTES {
        return Err(SecretError::NotText(path.clone()));
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText(path.clone()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "environment variable `{name}`"),
            Self::File(path) => write!(formatter, "file `{}`", path.display()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({self})")
    }
}

/// A secret's value; prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed(pub(super) String);

impl Deref for Revealed {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Revealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let reference = |key: &str, doc: &str, mut value: Schema| {
            value.insert("description".to_owned(), json!(doc));
            json!({ "type": "object", "properties": { key: value }, "required": [key], "additionalProperties": false })
        };
        let env = environment_name().schema(generator);
        let file = ConfigPath.schema(generator);
        json_schema!({
            "description": "Where a secret is kept: `{ env = \"NAME\" }` or `{ file = \"path\" }`.",
            "oneOf": [
                reference("env", "Name of the environment variable that holds the secret.", env),
                reference("file", "File that holds the secret; line breaks at its end do not count.", file),
            ],
        })
    }
}

pub(super) const SECRET_HELP: &str = "write { env = \"NAME\" } for an environment variable or { file = \"/run/secrets/name\" } for a file";

/// A reference to a secret.
pub(crate) struct SecretRef;

impl Shape for SecretRef {
    type Value = Secret;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Secret> {
        match value.get_ref() {
            DeValue::Table(table) => decode_reference(context, subject, table, value.span()),
            other => {
                context.mask(value.span());
                let finding = Finding::error(format!(
                    "{subject} must not stand in the configuration itself"
                ))
                .label(
                    value.span(),
                    format!("this is {}, not shown", type_name(other)),
                )
                .help(SECRET_HELP);
                context.report(finding);
                None
            }
        }
    }

    fn write(&self, value: &Secret) -> Json {
        match value {
            Secret::Env(name) => json!({ "env": name }),
            Secret::File(path) => json!({ "file": path.display().to_string() }),
        }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Secret>()
    }

    fn kind(&self) -> String {
        "secret: { env = … } or { file = … }".to_owned()
    }

    fn example(&self) -> String {
        "{ env = \"PASSWORD\" }".to_owned()
    }
}

fn decode_reference(
    context: &mut Context,
    subject: &str,
    table: &DeTable<'_>,
    span: std::ops::Range<usize>,
) -> Option<Secret> {
    let mut right = true;
    for (key, value) in table.iter() {
        if !matches!(key.get_ref().as_ref(), "env" | "file") {
            context.mask(value.span());
            let finding = Finding::error(format!(
                "unknown key `{}` in the secret {subject}",
                quote(key.get_ref())
            ))
            .at(key.span())
            .help(SECRET_HELP);
            context.report(finding);
            right = false;
        }
    }
    match (table.get("env"), table.get("file")) {
        (Some(name), None) => {
            let name = environment_name().decode(context, &format!("`env` of {subject}"), name)?;
            right.then_some(Secret::Env(name))
        }
        (None, Some(path)) => {
            let path = ConfigPath.decode(context, &format!("`file` of {subject}"), path)?;
            right.then_some(Secret::File(path))
        }
        (env, _) => {
            let what = if env.is_some() {
                "either `env` or `file`, not both"
            } else {
                "`env` or `file`"
            };
            if right {
                context.report(
                    Finding::error(format!("{subject} needs {what}"))
                        .at(span)
                        .help(SECRET_HELP),
                );
            }
            None
        }
    }
}
