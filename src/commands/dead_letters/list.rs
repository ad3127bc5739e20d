//! `dateline dead-letters list`: what was set aside, the newest first.

use dateline_pipeline::store::{Letter, look};
use jiff::Timestamp;
use serde_json::json;

use super::args::ListArgs;
use crate::commands::table::{Column, lay_out};
use crate::commands::{Done, Stop, load_config, no_state, stop};
use crate::exit::Exit;
use crate::terminal;
use crate::wording::ago;

const COLUMNS: [Column; 7] = [
    Column::whole("number"),
    Column::whole("set aside"),
    Column::whole("stage"),
    Column::cut("from or for", 12),
    Column::cut("subject", 16),
    Column::whole("kind"),
    Column::cut("reason", 30),
];

pub(super) fn list(args: &ListArgs) -> Done {
    let loaded = load_config(&args.config.config).map_err(Stop::Said)?;
    let which = args.filter.which(&loaded.config)?;
    let dir = &loaded.config.state.dir;
    let found = look(dir, |reader| {
        Ok((
            reader.count_letters(&which)?,
            reader.letters(&which, args.limit)?.entries,
        ))
    });
    let found = found.map_err(|error| stop(Exit::Unavailable, &error.into()))?;
    let (total, letters) = found.ok_or_else(|| no_state(dir))?;
    if args.json {
        let all = json!({ "total": total, "letters": letters });
        terminal::result(&serde_json::to_string_pretty(&all)?);
        return Ok(Exit::Fine);
    }
    if !letters.is_empty() {
        let now = Timestamp::now();
        let rows: Vec<Vec<String>> = letters.iter().map(|letter| row(letter, now)).collect();
        terminal::result_raw(&lay_out(&COLUMNS, &rows, terminal::stdout_columns()));
    }
    terminal::say(&match (total, letters.len() as u64) {
        (0, _) => "there are no such dead letters".to_owned(),
        (total, listed) => format!(
            "{} dead letters; `dateline dead-letters show NUMBER` shows one, `retry NUMBER` tries it again once the cause is mended, \
             `drop NUMBER` throws it away",
            match listed < total {
                true => format!("{listed} of {total}"),
                false => total.to_string(),
            }
        ),
    });
    Ok(Exit::Fine)
}

fn row(letter: &Letter, now: Timestamp) -> Vec<String> {
    vec![
        letter.number.to_string(),
        ago(letter.at, now),
        letter.stage.clone(),
        letter.origin.clone(),
        letter.subject.clone(),
        letter.kind.clone(),
        letter.reason.clone(),
    ]
}
