//! Drop folders: files of articles put there by others.

use std::path::PathBuf;
use std::time::Duration;

use super::duplicates::Copies;
use super::enrich::{Enrichment, enrichments, everything};
use super::feeds::slug;
use crate::decode::{Context, Fields};
use crate::finding::Finding;
use crate::shape::{
    Bool, ByteSize, ConfigPath, List, OneOf, Pointer, Table, Text, days, duration, file_pattern,
    gib, hours, identifier, kib, language, line, mib, millis, pointer, pointers, secs, size, tib,
};

/// Most patterns of one folder: each is tried on every file.
const MAX_PATTERNS: usize = 100;

fn drop_id() -> Text<String> {
    identifier("wire")
}

choice! {
    /// What happens to a file once its article is safe in the log.
    AfterDrop {
        /// It stays where it is, and is read again only when it changes.
        Keep = "keep",
        /// It is moved to `archive_dir`.
        Archive = "archive",
        /// It is deleted.
        Delete = "delete",
    }
}

section! {
    /// A folder that is watched for files of articles: plain text, Markdown with front matter, HTML pages, feeds (RSS, Atom, JSON Feed), mail, ninjs, NITF, NewsML-G2, schema.org in JSON, news sitemaps, records of Dateline's, JSON lines and web archives (WARC), and any of them in gzip, zstd or tar, recognised by their content. Hidden files and `*.tmp`, `*.part`, `*.swp`, `*~` are never read.
    item DropFolder at "[[drops]]", hints {
        "dir" => "did you mean `path`?",
        "tag" => "did you mean `tags`? It is a list: [\"wire\"]",
        "folder" => "did you mean `path`?",
        "pattern" => "did you mean `patterns`? It is a list: [\"*.txt\"]",
        "glob" => "did you mean `patterns`? It is a list: [\"*.txt\"]",
        "interval" => "did you mean `scan_every`?",
        "every" => "did you mean `scan_every`?",
        "archive" => "write `after = \"archive\"`, and `archive_dir` for another folder than PATH/.archive",
        "url" => "a drop folder has a `path`; a feed is collected by [[feeds]]",
        "lang" => "did you mean `language`?",
        "mapping" => "did you mean `[drops.fields]`?",
        "json" => "write where the fields of JSON files are under `[drops.fields]`",
    }, check check_drop {
        /// Name of the folder in records, state and metrics; unique over feeds and drop folders.
        /// Where absent, the folder's own name.
        id: String = derived, drop_id();
        /// Name for people, put into records as the source's name.
        name: Option<String> = optional, line("Wire copy");
        /// Words to sort sources by, put into records as the source's tags; folders in OPML.
        tags: Vec<String> = default(Vec::new()), super::tags();
        /// The folder.
        path: PathBuf = required, ConfigPath;
        /// Globs on the file name; a file that matches one of them is read.
        patterns: Vec<String> = default(vec!["*".to_owned()]), List { of: file_pattern(), least: 1, most: MAX_PATTERNS };
        /// Whether sub-folders are watched too; hidden ones never are.
        recursive: bool = default(false), Bool;
        /// Time that a file must stay unchanged before it is read. One that is renamed into the folder is read at once.
        settle: Duration = default(secs(2)), duration(millis(0), hours(24));
        /// Time between two looks through the whole folder, for what the system's notifications have missed.
        scan_every: Duration = default(secs(30)), duration(millis(100), days(1));
        /// What happens to a file once its article is safe in the log.
        after: AfterDrop = default(AfterDrop::Keep), OneOf::<AfterDrop>::new();
        /// Where files go with `after = "archive"`. Where absent, `.archive` in the folder itself.
        archive_dir: Option<PathBuf> = optional, ConfigPath;
        /// Largest document, which is held in memory while it is read: a file, a file in an archive, a line of JSON lines, a page of a web archive,
        /// each as it is when it is unpacked. A larger one goes to the dead letters.
        max_file: ByteSize = default(mib(16)), size(kib(1), gib(1));
        /// Largest file that is read in portions (JSON lines, web archives, tar archives and whatever is packed), on the disk and unpacked. What is behind that
        /// goes to the dead letters. It costs no memory.
        max_archive: ByteSize = default(gib(16)), size(kib(1), tib(1));
        /// Language of the articles.
        language: Option<String> = optional, language();
        /// What is looked for in the texts of the folder's articles: `["timestamps", "entities", "quantities"]`, or fewer of them;
        /// `[]` switches it off.
        enrich: Vec<Enrichment> = default(everything()), enrichments();
        /// What becomes of an article that tells a story of another source in nearly the same words: `"mark"` (its record says so), `"drop"` (it
        /// makes no record) or `"pass"` (copies are not looked for).
        copies: Copies = default(Copies::Mark), OneOf::<Copies>::new();
        /// Where the fields of an article are in the folder's JSON files. Where absent, JSON of the formats in docs/drops.md is read.
        fields: Option<DropFields> = optional, Table::<DropFields>::new();
        /// Whether the folder is watched. One that is switched off keeps its state.
        enabled: bool = default(true), Bool;
    }
}

section! {
    /// Where the fields of an article are in a folder's JSON files: objects of a form of their own, alone, in a list, or one a line.
    /// Each field is a JSON Pointer (RFC 6901) from the object, such as `"/headline/main"`, in which `*` stands for every value of a list, as in
    /// `"/authors/*/name"`; or an array of pointers, of which the first counts that finds something. An object without title and text becomes a dead letter.
    table DropFields at "[drops.fields]", hints {
        "headline" => "did you mean `title`?",
        "body" => "did you mean `text`?",
        "content" => "did you mean `text`?",
        "description" => "did you mean `summary`?",
        "abstract" => "did you mean `summary`?",
        "link" => "did you mean `url`?",
        "id" => "did you mean `guid`?",
        "author" => "did you mean `authors`?",
        "byline" => "did you mean `authors`?",
        "source" => "did you mean `publisher`?",
        "date" => "did you mean `published`?",
        "modified" => "did you mean `updated`?",
        "lang" => "did you mean `language`?",
        "tags" => "did you mean `categories`?",
        "keywords" => "did you mean `categories`?",
        "image" => "did you mean `images`?",
        "root" => "did you mean `items`?",
    }, check check_fields {
        /// Where the list of the objects is in an object that holds many. Where absent, each object is an article.
        items: Option<Pointer> = optional, pointer("/response/docs");
        /// The headline.
        title: Vec<Pointer> = default(Vec::new()), pointers("/headline/main");
        /// The text, plain or as HTML; the paragraphs of a list of texts.
        text: Vec<Pointer> = default(Vec::new()), pointers("/body");
        /// The abstract.
        summary: Vec<Pointer> = default(Vec::new()), pointers("/abstract");
        /// The article's address.
        url: Vec<Pointer> = default(Vec::new()), pointers("/web_url");
        /// The article's own identifier, by which it is known again. Where absent, path of the file and number in it.
        guid: Vec<Pointer> = default(Vec::new()), pointers("/id");
        /// Who wrote it: a byline, or a list of names.
        authors: Vec<Pointer> = default(Vec::new()), pointers("/authors/*/name");
        /// Who published it.
        publisher: Vec<Pointer> = default(Vec::new()), pointers("/source/name");
        /// When it was published: a date as people and programs write it, or Unix time, a number of seconds, or from 100000000000 on of milliseconds.
        published: Vec<Pointer> = default(Vec::new()), pointers("/pub_date");
        /// When it was last changed, written likewise.
        updated: Vec<Pointer> = default(Vec::new()), pointers("/updated_at");
        /// Its language: `en`, `pt-BR`.
        language: Vec<Pointer> = default(Vec::new()), pointers("/lang");
        /// Its categories: a list, or a text with commas between them.
        categories: Vec<Pointer> = default(Vec::new()), pointers("/keywords/*/value");
        /// The addresses of its pictures.
        images: Vec<Pointer> = default(Vec::new()), pointers("/media/*/url");
    }
}

/// Nothing can be an article for which neither headline nor text is named.
fn check_fields(fields: &mut DropFields, context: &mut Context, at: &Fields<'_>) {
    let is_wrong = at.failed("title") || at.failed("text");
    if fields.title.is_empty() && fields.text.is_empty() && !is_wrong {
        let finding = Finding::error("[drops.fields] needs `title` or `text`")
            .at(at.span("title"))
            .help("name where the headline is, the text, or both: `title = \"/headline/main\"`");
        context.report(finding);
    }
}

fn check_drop(drop: &mut DropFolder, context: &mut Context, at: &Fields<'_>) {
    super::check_tags(&mut drop.tags, context, at.span("tags"));
    if !at.has("id") {
        let name = drop
            .path
            .file_name()
            .map(|name| slug(&name.to_string_lossy()))
            .unwrap_or_default();
        drop.id = if name.is_empty() {
            "drop".to_owned()
        } else {
            name.chars().take(128).collect()
        };
    }
    if !at.failed("id") {
        super::claim_id(
            context,
            &drop.id,
            at.span(if at.has("id") { "id" } else { "path" }),
        );
    }
    let path = drop.path.display().to_string();
    let message = "two drop folders watch the same path";
    context.claim(
        "drop path",
        &path,
        at.span("path"),
        message,
        "join them into one, with both `patterns`",
    );
    if drop.after == AfterDrop::Archive {
        check_archive(drop, context, at);
    } else if drop.archive_dir.is_some() && !at.failed("after") {
        let finding = Finding::warning("`archive_dir` is not used")
            .at(at.span("archive_dir"))
            .help("add `after = \"archive\"`, or take it out");
        context.report(finding);
    }
}

fn check_archive(drop: &mut DropFolder, context: &mut Context, at: &Fields<'_>) {
    let archive = drop
        .archive_dir
        .get_or_insert_with(|| drop.path.join(".archive"));
    let Ok(below) = archive.strip_prefix(&drop.path) else {
        return;
    };
    let hidden = below
        .components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    let same = below.as_os_str().is_empty();
    if same || (drop.recursive && !hidden) {
        let finding = Finding::error(
            "`archive_dir` lies where files are looked for: they would be read again",
        )
        .at(at.span("archive_dir"))
        .help("name a folder outside `path`, or a hidden one such as `.archive` in it");
        context.report(finding);
    }
}
