//! The files of a configuration with the feeds in them, and how a change gets into a file.
//!
//! A change is checked by the loader before it replaces anything: a file is never left broken. While one is made, the
//! folder of the configuration is locked, so that two commands cannot lose each other's changes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use dateline_config::edit::{Document, WrittenFeed, replace_file};
use dateline_config::{Loaded, Overlay, load_with};

use super::{Stop, stop};
use crate::exit::Exit;
use crate::terminal;

/// A configuration, file by file.
pub(super) struct Registry {
    pub(super) loaded: Loaded,
    main: PathBuf,
    files: Vec<ListFile>,
    /// Held while the configuration is changed.
    _lock: Option<File>,
}

/// One file of it.
pub(super) struct ListFile {
    pub(super) path: PathBuf,
    /// What stands in it; `None` for one that is not there yet.
    before: Option<String>,
    pub(super) document: Document,
}

/// Where a feed stands.
pub(super) struct Place<'r> {
    pub(super) file: &'r Path,
    pub(super) feed: &'r WrittenFeed,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.feed.line)
    }
}

/// A new text for a file.
pub(super) struct Change<'r> {
    pub(super) file: &'r ListFile,
    pub(super) text: String,
}

impl Registry {
    /// Reads a configuration to look at it. Says what is wrong with it.
    pub(super) fn open(main: &Path) -> Result<Registry, Stop> {
        let loaded = load_with(main, &Overlay::new()).map_err(refused)?;
        let files = loaded
            .files
            .paths()
            .iter()
            .map(|path| ListFile::read(path))
            .collect::<Result<Vec<ListFile>, Stop>>()?;
        Ok(Registry {
            loaded,
            main: main.to_owned(),
            files,
            _lock: None,
        })
    }

    /// Reads a configuration to change it; waits until no other command does.
    pub(super) fn open_to_change(main: &Path) -> Result<Registry, Stop> {
        let folder = match main.canonicalize() {
            Ok(path) => path.parent().map(Path::to_owned),
            Err(_) => None,
        };
        let lock = folder.and_then(|folder| File::open(folder).ok());
        // Where folders cannot be locked, a file that changes in the meantime is still noticed.
        let lock = lock.filter(|lock| lock.lock().is_ok());
        Ok(Registry {
            _lock: lock,
            ..Registry::open(main)?
        })
    }

    /// Every feed with its place, in the order of the files.
    pub(super) fn places(&self) -> impl Iterator<Item = Place<'_>> {
        self.files.iter().flat_map(|file| {
            let feeds = file.document.feeds().iter();
            feeds.map(|feed| Place {
                file: &file.path,
                feed,
            })
        })
    }

    /// The files of the configuration, the main one first.
    pub(super) fn files(&self) -> &[ListFile] {
        &self.files
    }

    /// The file that new feeds are to be written to: the main one, or the one that is named.
    pub(super) fn target(&self, named: Option<&Path>) -> Result<Target<'_>, Stop> {
        let Some(named) = named else {
            return Ok(Target::Known(&self.files[0]));
        };
        let known = self.files.iter().find(|file| is_same(&file.path, named));
        if let Some(known) = known {
            return Ok(Target::Known(known));
        }
        if named.exists() {
            return ListFile::read(named).map(Target::Other);
        }
        let document = Document::parse("").context("an empty file is read")?;
        Ok(Target::Other(ListFile {
            path: named.to_owned(),
            before: None,
            document,
        }))
    }

    /// Checks what would come of the changes. Says what is wrong with it. A file that the configuration does not include
    /// yet is included.
    pub(super) fn check(&self, changes: &[Change<'_>]) -> Result<Checked, Stop> {
        let mut overlay: Overlay = changes
            .iter()
            .map(|change| (change.file.path.clone(), change.text.clone()))
            .collect();
        let loaded = self.try_out(&overlay)?;
        let outside: Vec<&Path> = changes
            .iter()
            .map(|change| change.file.path.as_path())
            .filter(|path| !is_among(path, loaded.files.paths()))
            .collect();
        let mut checked = Checked {
            loaded,
            writes: changes.iter().map(Write::of).collect(),
            included: Vec::new(),
        };
        if outside.is_empty() {
            return Ok(checked);
        }
        let main = &self.files[0];
        let mut text = overlay
            .get(&main.path)
            .or(main.before.as_ref())
            .cloned()
            .unwrap_or_default();
        for path in &outside {
            let entry = self.include_for(path);
            text = Document::parse(&text)?.with_include(&entry);
            checked.included.push(entry);
        }
        overlay.insert(main.path.clone(), text.clone());
        checked.loaded = self.try_out(&overlay)?;
        if let Some(path) = outside
            .iter()
            .find(|path| !is_among(path, checked.loaded.files.paths()))
        {
            let (path, main) = (path.display(), self.main.display());
            let error = anyhow!("{path} cannot be included; add it to `include` of {main} by hand");
            return Err(stop(Exit::Findings, &error));
        }
        // The main file last: it must not name what is not there yet.
        checked.writes.retain(|write| write.path != main.path);
        checked.writes.push(Write {
            path: main.path.clone(),
            before: main.before.clone(),
            text,
        });
        Ok(checked)
    }

    /// Checks the changes and puts them into their files.
    pub(super) fn apply(&self, changes: &[Change<'_>]) -> Result<Loaded, Stop> {
        let checked = self.check(changes)?;
        for (done, write) in checked.writes.iter().enumerate() {
            replace_file(&write.path, write.before.as_deref().into(), &write.text).map_err(
                |error| {
                    for before in checked.writes.iter().take(done) {
                        let path = before.path.display();
                        terminal::say(&format!("{path} is written already and stays so"));
                    }
                    stop(Exit::Unavailable, &error.into())
                },
            )?;
        }
        for entry in &checked.included {
            let main = self.main.display();
            terminal::say(&format!("{main} includes {entry} now"));
        }
        Ok(checked.loaded)
    }

    fn try_out(&self, overlay: &Overlay) -> Result<Loaded, Stop> {
        load_with(&self.main, overlay).map_err(|errors| {
            let stop = refused(errors);
            terminal::say("nothing was written");
            stop
        })
    }

    /// The entry of `include` for a file: its path from the folder of the main file, where it lies below.
    fn include_for(&self, path: &Path) -> String {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (main, path) = (absolute(&self.main), absolute(path));
        let below = main.parent().and_then(|base| path.strip_prefix(base).ok());
        below.unwrap_or(&path).display().to_string()
    }
}

/// What would come of changes.
pub(super) struct Checked {
    pub(super) loaded: Loaded,
    /// New entries of `include`.
    pub(super) included: Vec<String>,
    writes: Vec<Write>,
}

/// A text for a file, in the place of another.
struct Write {
    path: PathBuf,
    before: Option<String>,
    text: String,
}

impl Write {
    fn of(change: &Change<'_>) -> Write {
        Write {
            path: change.file.path.clone(),
            before: change.file.before.clone(),
            text: change.text.clone(),
        }
    }
}

/// A file that feeds are written to.
pub(super) enum Target<'r> {
    /// One of the configuration.
    Known(&'r ListFile),
    /// One that is new, or that the configuration may not include.
    Other(ListFile),
}

impl std::ops::Deref for Target<'_> {
    type Target = ListFile;

    fn deref(&self) -> &ListFile {
        match self {
            Target::Known(file) => file,
            Target::Other(file) => file,
        }
    }
}

impl ListFile {
    fn read(path: &Path) -> Result<ListFile, Stop> {
        let unreadable = |error: anyhow::Error| stop(Exit::Unavailable, &error);
        let text = fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))
            .map_err(unreadable)?;
        let document = Document::parse(&text)
            .with_context(|| format!("{} cannot be edited", path.display()))
            .map_err(unreadable)?;
        Ok(ListFile {
            path: path.to_owned(),
            before: Some(text),
            document,
        })
    }
}

/// Shows what is wrong with a configuration.
fn refused(errors: dateline_config::ConfigErrors) -> Stop {
    terminal::say(&errors.render(terminal::stderr_is_colourful(), terminal::columns()));
    Stop::Said(Exit::Config)
}

fn is_among(path: &Path, files: &[PathBuf]) -> bool {
    files.iter().any(|file| is_same(file, path))
}

/// Whether two paths name one file.
fn is_same(left: &Path, right: &Path) -> bool {
    if left == right {
        return true;
    }
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        // Neither is there yet.
        (Err(_), Err(_)) => std::path::absolute(left).ok() == std::path::absolute(right).ok(),
        _ => false,
    }
}

/// An address without what makes no other feed of it: the scheme, a fragment, a slash at the end.
pub(super) fn alike(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, bare)| bare);
    let bare = bare.split('#').next().unwrap_or_default();
    bare.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::alike;

    #[test]
    fn addresses_that_differ_in_form_only_are_one() {
        let feeds = [
            "https://a.example/feed",
            "http://a.example/feed/",
            "https://a.example/feed#top",
        ];
        let one: HashSet<String> = feeds.iter().map(|url| alike(url)).collect();
        assert_eq!(one.len(), 1);
        assert_ne!(
            alike("https://a.example/?a=1"),
            alike("https://a.example/?a=2")
        );
    }
}
