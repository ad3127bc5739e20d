//! Files of the user's own names: CSV with a header.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use dateline_entities::{Gazetteer, GazetteerEntry, Kind};

/// Bytes of one file: a million companies take a hundred.
const MAX_BYTES: u64 = 256 << 20;
/// Names and aliases over all files: each takes some hundred bytes of memory.
const MAX_NAMES: usize = 2_000_000;
/// Code points of one name.
const MAX_NAME: usize = 200;
/// Code points of one id.
const MAX_ID: usize = 200;
/// Errors that are told; a file of another sort has one a line.
const MAX_ERRORS: usize = 20;
/// Between aliases.
const ALIAS: char = '|';

/// Everything that is wrong with the files, each with its place and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct GazetteerErrors(Vec<String>);

impl Display for GazetteerErrors {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(out, "{end}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for GazetteerErrors {}

/// The names of all files together.
///
/// # Errors
/// What is wrong with them: files that cannot be read, columns that lack, rows that say nothing usable. A file with one bad row is not read by half.
pub fn read(paths: &[PathBuf]) -> Result<Gazetteer, GazetteerErrors> {
    let mut entries = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        read_file(path, &mut entries, &mut errors);
    }
    let names: usize = entries
        .iter()
        .map(|entry: &GazetteerEntry| 1 + entry.aliases.len())
        .sum();
    if names > MAX_NAMES {
        errors.push(format!(
            "the gazetteers hold {names} names and aliases, {MAX_NAMES} are the most; leave out what no article names"
        ));
    }
    if errors.is_empty() {
        Ok(Gazetteer::new(entries))
    } else {
        let more = errors.len().saturating_sub(MAX_ERRORS);
        errors.truncate(MAX_ERRORS);
        if more > 0 {
            errors.push(format!("and {more} more"));
        }
        Err(GazetteerErrors(errors))
    }
}

/// Where the columns are.
struct Columns {
    name: usize,
    kind: usize,
    id: Option<usize>,
    aliases: Option<usize>,
}

fn read_file(path: &Path, entries: &mut Vec<GazetteerEntry>, errors: &mut Vec<String>) {
    let file = path.display();
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) => return errors.push(format!("{file}: {error}")),
    };
    if size > MAX_BYTES {
        return errors.push(format!(
            "{file} has {size} bytes, {MAX_BYTES} are the most; leave out what no article names"
        ));
    }
    let reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_path(path);
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => return errors.push(format!("{file}: {error}")),
    };
    let columns = match reader
        .headers()
        .map_err(|error| reason(&error))
        .and_then(columns)
    {
        Ok(columns) => columns,
        Err(error) => return errors.push(format!("{file}: {error}")),
    };
    for row in reader.records() {
        let line = |row: &StringRecord| row.position().map_or(0, csv::Position::line);
        let read = match &row {
            Ok(row) => {
                entry(row, &columns).map_err(|error| format!("{file}:{}: {error}", line(row)))
            }
            Err(error) => Err(format!("{file}: {}", reason(error))),
        };
        match read {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
        if errors.len() > MAX_ERRORS || entries.len() > MAX_NAMES {
            return;
        }
    }
}

/// What the reader of CSV says, with what to do.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} is not UTF-8; save the file as UTF-8")
        }
        _ => error.to_string(),
    }
}

fn columns(header: &StringRecord) -> Result<Columns, String> {
    let place = |name: &str| {
        let mut names = header.iter();
        names.position(|other| {
            other
                .trim_start_matches('\u{feff}')
                .eq_ignore_ascii_case(name)
        })
    };
    let needed = |name: &str| {
        place(name).ok_or_else(|| {
            let found: Vec<&str> = header.iter().collect();
            format!(
                "the first line has no column `{name}`, it has `{}`; begin the file with `name,type,id,aliases`",
                found.join(",")
            )
        })
    };
    Ok(Columns {
        name: needed("name")?,
        kind: needed("type")?,
        id: place("id"),
        aliases: place("aliases"),
    })
}

fn entry(row: &StringRecord, columns: &Columns) -> Result<GazetteerEntry, String> {
    let field = |place: usize| row.get(place).unwrap_or_default();
    let name = field(columns.name);
    let aliases = columns.aliases.map_or("", field);
    let aliases: Vec<&str> = aliases
        .split(ALIAS)
        .map(str::trim)
        .filter(|alias| !alias.is_empty())
        .collect();
    for name in std::iter::once(&name).chain(&aliases) {
        if !name.contains(char::is_alphanumeric) {
            return Err(format!("the name `{name}` has no letters and no digits"));
        }
        if name.chars().count() > MAX_NAME {
            return Err(format!("a name has more than {MAX_NAME} letters"));
        }
    }
    let written = field(columns.kind);
    let kind = match written.to_ascii_lowercase().as_str() {
        "person" => Kind::Person,
        "organization" | "organisation" => Kind::Organization,
        "location" => Kind::Location,
        "misc" => Kind::Misc,
        _ => {
            return Err(format!(
                "the type `{written}` is unknown; write person, organization, location or misc"
            ));
        }
    };
    let id = columns.id.map(field).filter(|id| !id.is_empty());
    if id.is_some_and(|id| id.chars().count() > MAX_ID || id.contains(char::is_control)) {
        return Err(format!(
            "the id has more than {MAX_ID} characters, or some that cannot be seen"
        ));
    }
    Ok(GazetteerEntry {
        kind,
        name: name.to_owned(),
        id: id.map(str::to_owned),
        aliases: aliases.into_iter().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.csv");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        let (_folder, path) = file(
            "\u{feff}Type, aliases, Name, note\norganisation,TIF | Tern Ferries,Tern Island Ferries,ours\nperson,,Jane Roe\n"
                .as_bytes(),
        );
        let gazetteer = read(&[path]).unwrap();
        assert_eq!(gazetteer.len(), 2);
        let text = "Jane Roe of TIF";
        assert_eq!(gazetteer.mark(text, Vec::new()).len(), 2);
    }

    #[test]
    fn all_errors_are_told_with_their_place() {
        let (_folder, bad) = file(b"name,type,id\nTern,firm,1\n,person,2\nHeron,misc,3\nAuk,,\n");
        let (_other, foreign) = file(b"company;ticker\nTern;TRN\n");
        let (_third, coded) = file(b"name,type\nCaf\xe9,organization\n");
        let missing = PathBuf::from("no/such.csv");
        let errors = read(&[bad.clone(), foreign, coded, missing])
            .unwrap_err()
            .to_string();
        for part in [
            &format!(
                "{}:2: the type `firm` is unknown; write person",
                bad.display()
            ),
            &format!("{}:3: the name `` has no letters", bad.display()),
            &format!("{}:5: the type `` is unknown", bad.display()),
            "has no column `name`, it has `company;ticker`; begin the file with",
            "line 2 is not UTF-8",
            "no/such.csv: No such file",
        ] {
            assert!(errors.contains(part), "{part} in {errors}");
        }
        assert_eq!(errors.lines().count(), 6);
    }

    #[test]
    fn a_file_of_another_sort_does_not_flood() {
        let (_folder, path) = file("name,type\n".repeat(500).as_bytes());
        let errors = read(&[path]).unwrap_err().to_string();
        assert_eq!(errors.lines().count(), MAX_ERRORS + 1);
    }
}
