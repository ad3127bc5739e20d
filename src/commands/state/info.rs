//! `dateline state info`: what the state holds.

use dateline_config::ByteSize;
use dateline_pipeline::store::{self, Info};
use jiff::Timestamp;

use super::args::InfoArgs;
use super::{Done, with_state};
use crate::commands::table::{Column, lay_out};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::ago;

pub(super) fn info(args: &InfoArgs) -> Done {
    let info = with_state(&args.config, store::read_info)?;
    if args.json {
        terminal::result(&serde_json::to_string_pretty(&info)?);
    } else {
        terminal::result_raw(&describe(&info, Timestamp::now()));
    }
    Ok(Exit::Fine)
}

fn describe(info: &Info, now: Timestamp) -> String {
    let schema = match info.schema == info.known {
        true => info.schema.to_string(),
        false => format!("{} (this version writes {})", info.schema, info.known),
    };
    let written_by = info.written_by.as_deref().unwrap_or("not noted");
    let mut text = format!(
        "{}\nsize        {}, of which {} are unused; {} not yet copied into it\nschema      {schema}\nwritten by  {written_by}\nlog         {}\n\n",
        info.path.display(),
        ByteSize(info.bytes),
        ByteSize(info.unused),
        ByteSize(info.wal),
        info.log,
    );
    let columns = [
        Column::whole("table"),
        Column::whole("rows"),
        Column::whole("oldest"),
        Column::whole("newest"),
    ];
    let rows: Vec<Vec<String>> = info
        .tables
        .iter()
        .map(|table| {
            let entries = info.entries.iter().find(|entries| entries.of == table.name);
            let told = |at: Option<Timestamp>| at.map_or(String::new(), |at| ago(at, now));
            vec![
                table.name.clone(),
                table.rows.to_string(),
                told(entries.and_then(|entries| entries.oldest)),
                told(entries.and_then(|entries| entries.newest)),
            ]
        })
        .collect();
    text += &lay_out(&columns, &rows, terminal::stdout_columns());
    for copy in &info.copies {
        text += &format!(
            "\n{} ({}) is the state as it was before an upgrade; delete it when you need no way back\n",
            copy.path.display(),
            ByteSize(copy.bytes)
        );
    }
    text
}
