//! `inspect text`: what the libraries of temporal expressions, named entities and quantities make of a text.

use std::path::PathBuf;

use clap::Args;
use dateline_pipeline::record::{Entity, Quantity, Timex};
use dateline_pipeline::transform::entities::Gazetteer;
use dateline_pipeline::transform::{entities, gazetteer, quantities, timex};
use dateline_text::charset::{self, Declared};
use dateline_timestamps::text::{Context, languages};
use serde::Deserialize;
use serde_json::{Value, json};

use super::moment::Moment;
use super::{bytes, lines, marked, named};
use crate::exit::Exit;
use crate::terminal;

/// The language of texts of which none is told.
const LANGUAGE: &str = "en";

/// Columns of the text where stdout is no terminal.
const COLUMNS: usize = 100;

#[derive(Debug, Args)]
pub(crate) struct InspectText {
    /// The file with the text, in any charset, or `-` for standard input.
    #[arg(value_name = "FILE", required_unless_present = "batch")]
    file: Option<String>,
    /// When the text was published, which "Tuesday" and "last year" are reckoned from: 2023-05-10, 2023-05-10T09:12:00+01:00.
    #[arg(long, value_name = "INSTANT", conflicts_with = "batch")]
    published: Option<Moment>,
    /// Language of the text: en, de-AT.
    #[arg(
        long,
        value_name = "TAG",
        default_value = LANGUAGE,
        conflicts_with = "batch"
    )]
    language: String,
    /// Country of the publisher: GB, US. Settles the order of numeric dates, the holidays, and which of the places of one name is meant.
    #[arg(long, value_name = "CODE", conflicts_with = "batch")]
    country: Option<String>,
    /// File with names of your own, as `[enrich.entities] gazetteers` names them; may be given several times.
    #[arg(long, value_name = "FILE")]
    gazetteer: Vec<PathBuf>,
    /// Print the answer as JSON.
    #[arg(long, conflicts_with = "batch")]
    json: bool,
    /// Read requests {"id", "text", "published", "language", "country"} from standard input and write answers {"id", "timestamps",
    /// "entities", "quantities"}, one JSON object a line.
    #[arg(long, conflicts_with = "file")]
    batch: bool,
}

#[derive(Debug, Deserialize)]
struct Request {
    #[serde(default)]
    id: Value,
    text: String,
    published: Option<String>,
    language: Option<String>,
    country: Option<String>,
}

pub(super) fn text(args: &InspectText) -> anyhow::Result<Exit> {
    let gazetteer = match gazetteer::read(&args.gazetteer) {
        Ok(gazetteer) => gazetteer,
        Err(errors) => {
            terminal::complain(&errors.into());
            return Ok(Exit::Config);
        }
    };
    let Some(file) = &args.file else {
        return lines::answer(
            |request| answer(request, &gazetteer),
            |error| json!({ "timestamps": [], "entities": [], "quantities": [], "error": error }),
        );
    };
    if let Err(reason) = has_table(&args.language) {
        terminal::complain(&anyhow::anyhow!(reason));
        return Ok(Exit::Usage);
    }
    let text = match read(file) {
        Ok(text) => text,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Unavailable);
        }
    };
    show(&text, args, &gazetteer);
    Ok(Exit::Fine)
}

/// Shows what is found in a text with the settings that hold where none are given.
pub(super) fn of_text(text: &str, as_json: bool) {
    let args = InspectText {
        file: None,
        published: None,
        language: LANGUAGE.to_owned(),
        country: None,
        gazetteer: Vec::new(),
        json: as_json,
        batch: false,
    };
    show(text, &args, &Gazetteer::default());
}

fn show(text: &str, args: &InspectText, gazetteer: &Gazetteer) {
    let found = annotate(
        text,
        args.published,
        &args.language,
        args.country.as_deref(),
    );
    let entities = entities_of(
        text,
        args.published,
        &args.language,
        args.country.as_deref(),
        gazetteer,
    );
    let quantities = quantities_of(text, &args.language);
    if args.json {
        let answer = json!({ "timestamps": found, "entities": entities, "quantities": quantities });
        terminal::result(&answer.to_string());
    } else {
        let columns = terminal::stdout_columns().unwrap_or(COLUMNS);
        let colour = terminal::stdout_is_colourful();
        let marked = marked::text(text, &found, &quantities, &entities, columns, colour);
        terminal::result_raw(&marked);
        if !entities.is_empty() {
            terminal::result_raw(&format!("\n{}", named::list(&entities, colour)));
        }
        terminal::say(&summary(
            &found,
            entities.len(),
            quantities.len(),
            args.published,
        ));
    }
}

fn answer(request: Request, gazetteer: &Gazetteer) -> Value {
    let language = request.language.as_deref().unwrap_or(LANGUAGE);
    let published = request.published.map(Moment::try_from).transpose();
    match has_table(language).and(published) {
        Ok(published) => {
            let country = request.country.as_deref();
            let found = annotate(&request.text, published, language, country);
            json!({
                "id": request.id,
                "timestamps": found,
                "entities": entities_of(&request.text, published, language, country, gazetteer),
                "quantities": quantities_of(&request.text, language),
            })
        }
        Err(error) => {
            json!({ "id": request.id, "timestamps": [], "entities": [], "quantities": [], "error": error })
        }
    }
}

fn annotate(
    text: &str,
    published: Option<Moment>,
    language: &str,
    country: Option<&str>,
) -> Vec<Timex> {
    let context = Context {
        published: published.map(Moment::local),
        language,
        country,
    };
    timex::of_text("text", text, &context)
}

/// The names in a text: by the model in English ones, by lists in others.
fn entities_of(
    text: &str,
    published: Option<Moment>,
    language: &str,
    country: Option<&str>,
    gazetteer: &Gazetteer,
) -> Vec<Entity> {
    let context = entities::Context {
        publisher: country,
        year: published.map(|moment| moment.local().year()),
    };
    entities::of_text("text", text, is_english(language), context, gazetteer)
}

/// The amounts in a text, which are looked for in English ones only.
fn quantities_of(text: &str, language: &str) -> Vec<Quantity> {
    if !is_english(language) {
        return Vec::new();
    }
    quantities::of_text("text", text)
}

fn is_english(language: &str) -> bool {
    base(language).eq_ignore_ascii_case("en")
}

fn base(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or_default()
}

/// Whether texts in this language are read.
fn has_table(language: &str) -> Result<(), String> {
    let base = base(language);
    if languages()
        .iter()
        .any(|known| known.eq_ignore_ascii_case(base))
    {
        return Ok(());
    }
    Err(format!(
        "texts in the language {language:?} cannot be read; those that can are {}",
        languages().join(", ")
    ))
}

/// The text of a file; offsets count its characters.
fn read(file: &str) -> anyhow::Result<String> {
    decoded(file, &bytes(file)?)
}

/// The text that the bytes of `file` are.
pub(super) fn decoded(file: &str, bytes: &[u8]) -> anyhow::Result<String> {
    let decoded = charset::decode(bytes, &Declared::default());
    for note in decoded.notes() {
        terminal::say(&note);
    }
    if decoded.text.contains('\0') {
        anyhow::bail!("{file} holds data that is no text; give the article's text in any charset");
    }
    Ok(decoded.text.into_owned())
}

/// One line for the person at the terminal.
fn summary(
    found: &[Timex],
    entities: usize,
    quantities: usize,
    published: Option<Moment>,
) -> String {
    let count = match found.len() {
        0 => "no temporal expression".to_owned(),
        1 => "1 temporal expression".to_owned(),
        many => format!("{many} temporal expressions"),
    };
    let named = match entities {
        0 => "nobody and nothing named".to_owned(),
        1 => "1 entity".to_owned(),
        many => format!("{many} entities"),
    };
    let named = match quantities {
        0 => named,
        1 => format!("{named}; 1 amount"),
        many => format!("{named}; {many} amounts"),
    };
    match published {
        Some(moment) => format!("{named}; {count}, reckoned from {moment}"),
        None => format!(
            "{named}; {count}; without --published, those that are relative to it keep an X for what is not known"
        ),
    }
}
