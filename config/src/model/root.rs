//! The whole file, and what an included file may hold of it.

use std::collections::BTreeMap;

use super::{
    Admin, Collect, DropFolder, Duplicates, Enrich, Feed, FeedDefaults, Http, JsonlSink, KafkaSink,
    Log, Reload, Rule, Shutdown, State, Telemetry, WebSub,
};
use crate::shape::{Items, List, Named, Table, include_pattern};

/// Most feeds of a configuration: several times what one machine collects within the default interval.
pub(crate) const MAX_FEEDS: usize = 100_000;

/// Most drop folders in one file: each takes a watch of the system.
const MAX_DROPS: usize = 1000;

/// Most rules: each is asked about every record.
const MAX_RULES: usize = 100;

/// Most entries of `include`; the files they match are limited on their own.
const MAX_INCLUDES: usize = 100;

section! {
    /// Configuration of Dateline. Relative paths start from the folder of the file that holds them. Durations are
    /// written `"500ms"`, `"15m"`, `"1h30m"`, `"7d"`; sizes `"16MiB"`, `"500kB"` or as a plain number of bytes.
    table Config at "the top level", hints {
        "state_dir" => "write `dir = \"…\"` under `[state]`",
        "data_dir" => "write `dir = \"…\"` under `[state]`",
        "feed" => "write `[[feeds]]`, with an s",
        "sources" => "write `[[feeds]]` for feeds and `[[drops]]` for folders",
        "drop" => "write `[[drops]]`, with an s",
        "sink" => "write `[sinks.jsonl.NAME]` or `[sinks.kafka.NAME]`, with an s",
        "output" => "write `[sinks.jsonl.NAME]` or `[sinks.kafka.NAME]`",
        "jsonl" => "write `[sinks.jsonl.NAME]`",
        "kafka" => "write `[sinks.kafka.NAME]`",
        "includes" => "did you mean `include`?",
        "interval" => "write `every` under [defaults], or in one of the [[feeds]]",
        "logging" => "did you mean `[log]`?",
        "metrics" => "did you mean `[admin]`?",
        "traces" => "did you mean `[telemetry]`?",
        "tracing" => "did you mean `[telemetry]`?",
        "opentelemetry" => "did you mean `[telemetry]`?",
        "otlp" => "write `otlp` under `[telemetry]`",
        "pubsubhubbub" => "did you mean `[websub]`?",
        "default" => "did you mean `[defaults]`?",
        "copies" => "write `copies` under [defaults], or in one of the [[feeds]] or [[drops]]",
        "dedup" => "did you mean `[duplicates]`?",
        "deduplicate" => "did you mean `[duplicates]`?",
        "entities" => "write `[enrich.entities]`",
        "gazetteers" => "write `gazetteers` under `[enrich.entities]`",
        "proxy" => "write `proxy` under `[http]`",
        "rule" => "write `[[rules]]`, with an s",
        "filters" => "did you mean `[[rules]]`?",
        "transforms" => "did you mean `[[rules]]`?",
        "routes" => "write `where` in each of the sinks",
        "tests" => "tests stand in a file of their own beside this one, under a name that ends in `.test.toml`",
    } {
        /// More files, by name or glob, in the order of their names. They may hold `[[feeds]]`, `[[drops]]` and
        /// `[sinks.…]`, and include no others.
        include: Vec<String> = default(Vec::new()), List { of: include_pattern(), least: 0, most: MAX_INCLUDES };
        /// Where Dateline keeps its logs and its memory, and for how long.
        state: State = default(State::default()), Table::<State>::new();
        /// How feeds are fetched, over all feeds.
        collect: Collect = default(Collect::default()), Table::<Collect>::new();
        /// How requests leave for the network.
        http: Http = default(Http::default()), Table::<Http>::new();
        /// What holds for every feed that does not say otherwise.
        defaults: FeedDefaults = default(FeedDefaults::default()), Table::<FeedDefaults>::new();
        /// The feeds.
        feeds: Vec<Feed> = default(Vec::new()), Items::<Feed>::new(MAX_FEEDS);
        /// The drop folders.
        drops: Vec<DropFolder> = default(Vec::new()), Items::<DropFolder>::new(MAX_DROPS);
        /// What is found in the texts of records.
        enrich: Enrich = default(Enrich::default()), Table::<Enrich>::new();
        /// How copies of articles are known.
        duplicates: Duplicates = default(Duplicates::default()), Table::<Duplicates>::new();
        /// What becomes of records before they are delivered.
        rules: Vec<Rule> = default(Vec::new()), Items::<Rule>::new(MAX_RULES);
        /// Where records go. Where there is none, JSON lines in the folder `articles` beside the configuration.
        sinks: Sinks = default(Sinks::default()), Table::<Sinks>::new();
        /// Where hubs send what feeds publish.
        websub: WebSub = default(WebSub::default()), Table::<WebSub>::new();
        /// The port for the page, metrics and health.
        admin: Admin = default(Admin::default()), Table::<Admin>::new();
        /// What is logged, and how.
        log: Log = default(Log::default()), Table::<Log>::new();
        /// Where traces go, if anywhere.
        telemetry: Telemetry = default(Telemetry::default()), Table::<Telemetry>::new();
        /// When a changed configuration is applied.
        reload: Reload = default(Reload::default()), Table::<Reload>::new();
        /// What happens at SIGTERM and SIGINT.
        shutdown: Shutdown = default(Shutdown::default()), Table::<Shutdown>::new();
    }
}

impl Config {
    /// Adds what an included file holds. Equal names were reported when they were read.
    pub(crate) fn absorb(&mut self, fragment: Fragment) {
        self.feeds.extend(fragment.feeds);
        self.drops.extend(fragment.drops);
        self.sinks.jsonl.extend(fragment.sinks.jsonl);
        self.sinks.kafka.extend(fragment.sinks.kafka);
    }
}

section! {
    /// Where records go: any number of sinks, each with a name and a position of its own.
    table Sinks at "[sinks]", hints {
        "json" => "did you mean `[sinks.jsonl.NAME]`?",
        "file" => "did you mean `[sinks.jsonl.NAME]`?",
        "files" => "did you mean `[sinks.jsonl.NAME]`?",
    } {
        /// Sinks that write JSON lines, by name.
        jsonl: BTreeMap<String, JsonlSink> = default(BTreeMap::new()), Named::<JsonlSink>::new();
        /// Sinks that write to Kafka, by name.
        kafka: BTreeMap<String, KafkaSink> = default(BTreeMap::new()), Named::<KafkaSink>::new();
    }
}

section! {
    /// An included file.
    table Fragment at "an included file", hints {
        "include" => "an included file includes no others: list them all in the main file",
        "state" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "collect" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "http" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "defaults" => "move it to the main file, or set the keys in each of the [[feeds]]",
        "enrich" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "admin" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "websub" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "log" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "reload" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "shutdown" => "move it to the main file: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "rules" => "move them to the main file, where their order is seen: an included one holds [[feeds]], [[drops]] and [sinks.…]",
        "tests" => "a file of tests is for `dateline test` and is not included: take it out of `include`",
        "feed" => "write `[[feeds]]`, with an s",
        "drop" => "write `[[drops]]`, with an s",
        "sink" => "write `[sinks.jsonl.NAME]` or `[sinks.kafka.NAME]`, with an s",
    } {
        /// The feeds.
        feeds: Vec<Feed> = default(Vec::new()), Items::<Feed>::new(MAX_FEEDS);
        /// The drop folders.
        drops: Vec<DropFolder> = default(Vec::new()), Items::<DropFolder>::new(MAX_DROPS);
        /// Where records go.
        sinks: Sinks = default(Sinks::default()), Table::<Sinks>::new();
    }
}
