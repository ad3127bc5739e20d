//! The sections that concern the daemon as a whole: state, collecting, admin port, log, shutdown.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::decode::{Context, Fields};
use crate::finding::Finding;
use crate::shape::{
    Bool, ByteSize, ConfigPath, Float, Integer, List, Listen, OneOf, Secret, SecretRef, contact,
    days, duration, gib, host_name, hours, listen, mib, millis, minutes, secs, size, tib,
    user_agent,
};

section! {
    /// Where Dateline keeps its logs and its memory, and for how long.
    table State at "[state]", hints {
        "path" => "did you mean `dir`?",
        "state_dir" => "write `dir`",
        "retention" => "did you mean `max_age`?",
    } {
        /// Folder of the embedded database. One running Dateline per folder.
        dir: PathBuf = default(PathBuf::from("state")), ConfigPath;
        /// Most that the logs may take on disk. Collecting waits while they are full, until the sinks have caught up.
        max_bytes: ByteSize = default(gib(4)), size(mib(16), tib(1024));
        /// Age from which delivered entries are removed from the logs.
        max_age: Duration = default(days(7)), duration(minutes(1), days(3650));
        /// How long the identity of articles and the items already seen are remembered after they were last seen.
        /// An item that comes back later than this counts as new.
        article_memory: Duration = default(days(90)), duration(days(1), days(3650));
    }
}

section! {
    /// How feeds are fetched: limits over all feeds, and what Dateline says of itself.
    table Collect at "[collect]", hints {
        "concurrency" => "did you mean `max_concurrent`?",
        "interval" => "write `every` under [defaults], or in one of the [[feeds]]",
        "agent" => "did you mean `user_agent`?",
    } {
        /// Most fetches at the same time.
        max_concurrent: usize = default(64), Integer(1..=10_000);
        /// Most fetches at the same time from one host.
        per_host_concurrent: usize = default(2), Integer(1..=100);
        /// Least time between the starts of two fetches from one host.
        per_host_spacing: Duration = default(secs(1)), duration(millis(0), hours(1));
        /// Share by which each wait is varied at random, so that feeds with one interval do not all come at once.
        jitter: f64 = default(0.1), Float(0.0..=0.5);
        /// URL or mail address that is put into the User-Agent, so that publishers can reach you.
        contact: Option<String> = optional, contact();
        /// The whole User-Agent, in place of `dateline/VERSION` and the contact.
        user_agent: Option<String> = optional, user_agent();
        /// Longest wait before a failing feed is tried again. The wait doubles with each failure.
        max_backoff: Duration = default(days(1)), duration(secs(1), days(30));
    }
}

/// Most names of this machine that browsers may use.
const MAX_HOSTS: usize = 20;

/// Feeds with series of their own that can be asked for: a scrape of some megabytes, which Prometheus takes in seconds.
const MAX_FEED_SERIES: usize = 20_000;

section! {
    /// The port for the page, metrics and health: reachable from this machine only, unless `listen` and `token` say otherwise.
    table Admin at "[admin]", hints {
        "port" => "write the port into `listen`: \"127.0.0.1:9464\"",
        "bind" => "did you mean `listen`?",
        "address" => "did you mean `listen`?",
        "socket" => "write it into `listen`: \"unix:/run/dateline/admin.sock\"",
        "password" => "did you mean `token`?",
        "host" => "did you mean `hosts`?",
        "read_only" => "write `actions = false`",
        "feed_metrics" => "did you mean `feed_series`?",
    }, check check_admin {
        /// Whether the port is opened.
        enabled: bool = default(true), Bool;
        /// Address and port, or `unix:` and the path of a socket, that the page, `/metrics`, `/healthz` and `/readyz` are served on, in plain
        /// HTTP. An address that is not of this machine alone needs a `token`. A socket gets the mode 0660: its owner and its group may open it.
        listen: Listen = default(Listen::Address(SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)))), listen();
        /// What browsers are asked for once, and what tools send as `Authorization: Bearer`; at least 16 characters, such as
        /// `openssl rand -hex 32` makes. Read at the start. `/healthz` and `/readyz` need none.
        token: Option<Secret> = optional, SecretRef;
        /// Names by which browsers reach the port, besides IP addresses and `localhost`, such as that of a proxy before it. Requests under any other name
        /// are refused, so that no web page can reach the port under a name of its own (DNS rebinding).
        hosts: Vec<String> = default(Vec::new()), List { of: host_name(), least: 0, most: MAX_HOSTS };
        /// Whether the page may do something: reload the configuration, poll a feed, retry dead letters, replay records. Where not, it only shows.
        actions: bool = default(true), Bool;
        /// The most feeds that each have series of their own under `/metrics`, with the label `feed`. With more feeds than this none has them; `0`
        /// switches them off.
        feed_series: usize = default(500), Integer(0..=MAX_FEED_SERIES);
    }
}

fn check_admin(admin: &mut Admin, context: &mut Context, at: &Fields<'_>) {
    let is_open = admin.enabled && admin.listen.is_open_to_others();
    if is_open && admin.token.is_none() && !at.failed("token") {
        let finding = Finding::error("`listen` opens the admin port to other machines, and there is no `token`")
            .at(at.span("listen"))
            .help("add token = { file = \"/run/secrets/dateline-admin\" }, or write \"127.0.0.1:9464\" or \"unix:/run/dateline/admin.sock\"");
        context.report(finding);
    }
}

choice! {
    /// How grave a message must be to be logged.
    Level {
        /// Everything, each request and row.
        Trace = "trace",
        /// What helps to find a fault.
        Debug = "debug",
        /// What an operator may want to know.
        Info = "info",
        /// What an operator should look at.
        Warn = "warn",
        /// What does not work.
        Error = "error",
    }
}

choice! {
    /// How log lines look.
    LogFormat {
        /// Text on a terminal, JSON otherwise.
        Auto = "auto",
        /// Lines for people.
        Text = "text",
        /// One JSON object per line.
        Json = "json",
    }
}

section! {
    /// What is logged to standard error, and how.
    table Log at "[log]", hints {
        "verbosity" => "did you mean `level`?",
    } {
        /// Least grave level that is logged.
        level: Level = default(Level::Info), OneOf::<Level>::new();
        /// Form of the log lines.
        format: LogFormat = default(LogFormat::Auto), OneOf::<LogFormat>::new();
    }
}

section! {
    /// When a changed configuration is applied to the daemon that runs. SIGHUP and `dateline reload` apply it in any case.
    table Reload at "[reload]", hints {
        "auto" => "did you mean `watch`?",
        "enabled" => "did you mean `watch`?",
    } {
        /// Whether changes of the files are noticed and applied by themselves. A file with an error changes nothing: the daemon
        /// goes on as it was and says what is wrong.
        watch: bool = default(true), Bool;
    }
}

section! {
    /// What happens at SIGTERM and SIGINT.
    table Shutdown at "[shutdown]", hints {
        "timeout" => "did you mean `drain`?",
        "grace" => "did you mean `drain`?",
    } {
        /// Longest time to deliver what is already collected before the process ends. Nothing is lost when it is too
        /// short: the rest is delivered after the next start.
        drain: Duration = default(secs(30)), duration(millis(0), hours(1));
    }
}
