//! A Kafka broker to deliver to: the one at `$KAFKA_BOOTSTRAP`, or a development broker of our own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rdkafka::ClientConfig;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use tempfile::TempDir;

/// A broker. One of our own ends with it, also when a test panics.
pub(crate) struct Broker {
    /// Address for clients.
    pub(crate) bootstrap: String,
    /// Address for clients that log in, where the broker has one.
    pub(crate) sasl_bootstrap: Option<String>,
    own: Option<Own>,
}

struct Own {
    folder: TempDir,
    options: Vec<String>,
}

impl Broker {
    /// One broker for all tests that run at the same time.
    pub(crate) fn shared() -> Arc<Broker> {
        static SHARED: Mutex<Weak<Broker>> = Mutex::new(Weak::new());
        share(&SHARED, || match std::env::var("KAFKA_BOOTSTRAP") {
            Ok(bootstrap) => Broker {
                bootstrap,
                sasl_bootstrap: None,
                own: None,
            },
            Err(_) => Broker::own(&[]),
        })
    }

    /// One that makes no topics by itself and has a second address where clients must log in.
    pub(crate) fn strict() -> Arc<Broker> {
        static STRICT: Mutex<Weak<Broker>> = Mutex::new(Weak::new());
        share(&STRICT, || {
            Broker::own(&["--sasl", "--set", "auto.create.topics.enable=false"])
        })
    }

    /// A broker of our own that was started with `options`.
    pub(crate) fn own(options: &[&str]) -> Broker {
        let folder = tempfile::Builder::new()
            .prefix("dateline-broker-")
            .tempdir()
            .unwrap();
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut broker = Broker {
            bootstrap: String::new(),
            sasl_bootstrap: None,
            own: Some(Own { folder, options }),
        };
        broker.start();
        broker
    }

    /// Starts it, again under the same address.
    pub(crate) fn start(&mut self) {
        let own = self.own.as_ref().unwrap();
        let mut arguments = vec!["start", "--dir", own.dir()];
        if self.bootstrap.is_empty() {
            arguments.extend(["--port", "0"]);
        }
        arguments.extend(own.options.iter().map(String::as_str));
        let said = call(&arguments).unwrap();
        let value = |name: &str| {
            said.lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::to_owned)
        };
        self.bootstrap = value("KAFKA_BOOTSTRAP=").unwrap();
        self.sasl_bootstrap = value("KAFKA_SASL_BOOTSTRAP=");
    }

    /// Ends it the hard way.
    pub(crate) fn kill(&self) {
        let own = self.own.as_ref().unwrap();
        call(&["kill", "--dir", own.dir()]).unwrap();
    }

    /// Makes a topic with three partitions and these settings.
    pub(crate) fn create_topic(&self, topic: &str, settings: &[(&str, &str)]) {
        let new = NewTopic {
            name: topic,
            num_partitions: 3,
            replication: TopicReplication::Fixed(1),
            config: settings.to_vec(),
        };
        let made = runtime()
            .block_on(self.admin().create_topics([&new], &AdminOptions::new()))
            .unwrap();
        assert!(made.iter().all(Result::is_ok), "creating {topic}: {made:?}");
    }

    /// Gives a topic this setting, and no other.
    pub(crate) fn change_topic(&self, topic: &str, name: &str, value: &str) {
        let change = AlterConfig::new(ResourceSpecifier::Topic(topic)).set(name, value);
        let changed = runtime()
            .block_on(self.admin().alter_configs([&change], &AdminOptions::new()))
            .unwrap();
        assert!(
            changed.iter().all(Result::is_ok),
            "changing {topic}: {changed:?}"
        );
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        ClientConfig::new()
            .set("bootstrap.servers", &self.bootstrap)
            .create()
            .unwrap()
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// The broker that is in use, else a new one. It ends with its last user.
fn share(shared: &Mutex<Weak<Broker>>, make: fn() -> Broker) -> Arc<Broker> {
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let broker = Arc::new(make());
        *shared = Arc::downgrade(&broker);
        broker
    })
}

impl Own {
    fn dir(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(own) = &self.own
            && let Err(trouble) = call(&["wipe", "--dir", own.dir()])
        {
            println!("the broker in {} may still run: {trouble}", own.dir());
        }
    }
}

fn call(arguments: &[&str]) -> Result<String, String> {
    let script: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kafka/broker");
    let done = Command::new(script)
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    if !done.status.success() {
        return Err(format!(
            "broker {arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        ));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
