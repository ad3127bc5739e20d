//! `dateline schema`: prints the JSON Schema of the configuration or the record.

use crate::cli::{SchemaArgs, SchemaOf};
use crate::exit::Exit;
use crate::terminal;

pub(crate) fn schema(args: &SchemaArgs) -> anyhow::Result<Exit> {
    let schema = match args.of {
        SchemaOf::Config => dateline_config::json_schema(),
        SchemaOf::Record => dateline_pipeline::record::json_schema(),
    };
    terminal::result(&serde_json::to_string_pretty(&schema)?);
    Ok(Exit::Fine)
}
