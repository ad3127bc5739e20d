//! The daemon as a child process: start, watch, stop, and what it used.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Daemon {
    child: Mutex<Child>,
    pid: u32,
    admin: std::net::SocketAddr,
    log: PathBuf,
}

/// What a process has used so far.
pub(crate) struct Usage {
    pub(crate) cpu: Duration,
    pub(crate) resident_mib: f64,
    pub(crate) peak_mib: f64,
}

/// One answer of the admin port.
pub(crate) struct Metrics(String);

impl Metrics {
    /// The sum of a metric over all its labels.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        self.sum_of(name, "")
    }

    /// The sum over the series whose labels contain `label`.
    pub(crate) fn sum_of(&self, name: &str, label: &str) -> f64 {
        let series = self.0.lines().filter(|line| {
            line.strip_prefix(name).is_some_and(|rest| {
                (rest.starts_with('{') || rest.starts_with(' ')) && rest.contains(label)
            })
        });
        series
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}

impl Daemon {
    /// Writes `config` into `folder` with an admin port of its own and starts the daemon there.
    pub(crate) fn start(binary: &Path, folder: &Path, config: &str) -> anyhow::Result<Daemon> {
        let admin = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::write(
            folder.join("dateline.toml"),
            format!("{config}\n[admin]\nlisten = \"{admin}\"\n"),
        )?;
        let log = folder.join("log");
        let binary = binary.canonicalize().with_context(|| {
            format!(
                "{} is missing; build it with cargo build --release",
                binary.display()
            )
        })?;
        let child = Command::new(binary)
            .args(["run", "-c", "dateline.toml"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()?;
        Ok(Daemon {
            pid: child.id(),
            child: Mutex::new(child),
            admin,
            log,
        })
    }

    pub(crate) async fn wait_until(
        &self,
        patience: Duration,
        done: impl Fn(&Metrics) -> bool,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Ok(metrics) = self.metrics().await
                && done(&metrics)
            {
                return Ok(());
            }
            if let Some(status) = self.child().try_wait()? {
                bail!(
                    "the daemon ended with {status}:\n{}",
                    std::fs::read_to_string(&self.log)?
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("gave up after {patience:?}")
    }

    pub(crate) async fn metrics(&self) -> anyhow::Result<Metrics> {
        let mut stream = TcpStream::connect(self.admin).await?;
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(Metrics(answer))
    }

    /// Reads `/proc`.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // Fields 14 and 15 (user and system time) count from after the name in brackets.
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks: u64 = fields
            .get(11..13)
            .context("short /proc/PID/stat")?
            .iter()
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let mib = |name: &str| -> f64 {
            let line = status
                .lines()
                .find(|line| line.starts_with(name))
                .unwrap_or_default();
            line.split_whitespace()
                .nth(1)
                .and_then(|kib| kib.parse::<f64>().ok())
                .unwrap_or(0.0)
                / 1024.0
        };
        Ok(Usage {
            // USER_HZ is 100 on every Linux that Rust supports.
            cpu: Duration::from_millis(ticks * 10),
            resident_mib: mib("VmRSS"),
            peak_mib: mib("VmHWM"),
        })
    }

    /// Stops it by SIGTERM and waits for a clean end.
    pub(crate) async fn stop(&self) -> anyhow::Result<()> {
        let sent = Command::new("kill")
            .args(["-TERM", &self.pid.to_string()])
            .status()?;
        ensure!(sent.success(), "the daemon could not be signalled");
        let status = self.child().wait()?;
        ensure!(
            status.success(),
            "the daemon ended with {status}:\n{}",
            std::fs::read_to_string(&self.log)?
        );
        Ok(())
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Already gone after a clean stop.
        let mut child = self.child();
        if matches!(child.try_wait(), Ok(None)) {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Lines in the files of a folder.
pub(crate) fn lines(folder: &Path) -> anyhow::Result<usize> {
    let mut lines = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            let mut reader = BufReader::new(std::fs::File::open(path)?);
            let mut line = Vec::new();
            while reader.by_ref().read_until(b'\n', &mut line)? > 0 {
                lines += 1;
                line.clear();
            }
        }
    }
    Ok(lines)
}
