//! The daemon as a child process: started, watched through its log and its admin port, killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::until;

/// How long a daemon may take to start.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long the admin port may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Of the clock in `/proc/PID/stat`; 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: u64 = 100;

/// A running daemon. It ends with this value, also when a test panics.
pub(crate) struct Daemon {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

/// The program under test: the one that was built with the tests, or another build of it (which
/// needs the feature `crash-points` too) at `$DATELINE_TORTURE_BINARY`.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("DATELINE_TORTURE_BINARY")
        .map_or_else(|| env!("CARGO_BIN_EXE_dateline").into(), PathBuf::from)
}

/// A command of it, with the variables that would change what it does removed.
pub(crate) fn dateline() -> Command {
    let mut command = Command::new(binary());
    for variable in ["LOG", "CONFIG", "ADMIN", "CRASH_AT"] {
        command.env_remove(format!("DATELINE_{variable}"));
    }
    command.stdin(Stdio::null());
    command
}

impl Daemon {
    /// Runs `dateline run` with the configuration.
    pub(crate) fn start(config: &Path) -> Daemon {
        Daemon::spawn(dateline().arg("run").arg("-c").arg(config))
    }

    /// The same, to crash at the `count`th passage of `point`.
    pub(crate) fn start_to_crash(config: &Path, point: &str, count: u64) -> Daemon {
        Daemon::spawn(
            dateline()
                .env("DATELINE_CRASH_AT", format!("{point}:{count}"))
                .arg("run")
                .arg("-c")
                .arg(config),
        )
    }

    /// Runs a command that becomes a daemon.
    pub(crate) fn spawn(command: &mut Command) -> Daemon {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lock(&kept).push(line);
            }
        });
        Daemon {
            child,
            log,
            reader: Some(reader),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and waits for the end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.end_of_log();
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = Pid::from_raw(self.pid().cast_signed()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().unwrap()?;
        self.end_of_log();
        Some(status)
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "still running after {limit:?}; its log ends:\n{}",
                self.log_tail()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGTERM, and the end that must be a clean one.
    pub(crate) fn stop(&mut self, limit: Duration) {
        self.terminate();
        let status = self.wait(limit);
        assert!(
            status.success(),
            "ended with {status}; its log ends:\n{}",
            self.log_tail()
        );
    }

    /// Waits until it runs, and ends it.
    pub(crate) fn stop_when_running(mut self) {
        self.wait_for_log(&["dateline is running"], START_LIMIT);
        self.stop(START_LIMIT);
    }

    fn end_of_log(&mut self) {
        self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    /// Lines logged so far.
    pub(crate) fn log(&self) -> Vec<String> {
        lock(&self.log).clone()
    }

    /// The last lines, for a failed test's message.
    pub(crate) fn log_tail(&self) -> String {
        let log = self.log();
        log[log.len().saturating_sub(40)..].join("\n")
    }

    /// Waits for a log line that holds all of `parts`, and returns it.
    pub(crate) fn wait_for_log(&mut self, parts: &[&str], limit: Duration) -> Value {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(line) = self.logged(parts) {
                return line;
            }
            let over = Instant::now() >= deadline || self.child.try_wait().unwrap().is_some();
            assert!(
                !over,
                "no log line with {parts:?}; the log ends:\n{}",
                self.log_tail()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The first log line that holds all of `parts`.
    pub(crate) fn logged(&self, parts: &[&str]) -> Option<Value> {
        let log = lock(&self.log);
        let line = log
            .iter()
            .find(|line| parts.iter().all(|part| line.contains(part)))?;
        Some(serde_json::from_str(line).unwrap_or_else(|_| Value::String(line.clone())))
    }

    /// Where its admin port is.
    pub(crate) fn admin(&mut self) -> SocketAddr {
        let line = self.wait_for_log(&["metrics and health are served"], START_LIMIT);
        line["address"].as_str().unwrap().parse().unwrap()
    }

    /// Asks the admin port; status and body.
    pub(crate) fn ask(&mut self, path: &str) -> (u16, String) {
        let (status, _, body) = self.request("GET", path, &[], "");
        (status, body)
    }

    /// Asks the admin port for something, with these header fields and this body; status, header fields and body.
    pub(crate) fn request(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &str,
    ) -> (u16, String, String) {
        let fields: String = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{fields}\r\n{body}"
        );
        exchange(self.admin(), &request)
            .unwrap_or_else(|error| panic!("{path}: {error}; the log ends:\n{}", self.log_tail()))
    }

    /// The sum of a metric's samples whose labels hold all of `labels`; `None` if there is none.
    pub(crate) fn metric(&mut self, name: &str, labels: &[&str]) -> Option<f64> {
        let (_, text) = self.ask("/metrics");
        let sample = |line: &str| -> Option<f64> {
            let rest = line.strip_prefix(name)?;
            let is_it =
                rest.starts_with(['{', ' ']) && labels.iter().all(|label| rest.contains(label));
            is_it.then(|| rest.rsplit(' ').next()?.parse().ok())?
        };
        text.lines()
            .filter_map(sample)
            .reduce(|sum, more| sum + more)
    }

    /// Waits until a metric is as it should be.
    pub(crate) fn wait_for_metric(
        &mut self,
        name: &str,
        labels: &[&str],
        limit: Duration,
        is_right: fn(f64) -> bool,
    ) {
        until(&format!("{name} {labels:?}"), limit, || {
            self.metric(name, labels).filter(|value| is_right(*value))
        });
    }

    /// Processor time used so far, in user and system mode.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        // The name in parentheses may hold anything; fields 14 and 15 are counted from behind it.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u64 = fields[11..13]
            .iter()
            .map(|field| field.parse::<u64>().unwrap())
            .sum();
        Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
    }

    /// The most memory that was ever resident, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended before.
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            println!("the daemon's log ends:\n{}", self.log_tail());
        }
    }
}

fn lock(log: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request, one answer: its status, its header fields and its body.
fn exchange(address: SocketAddr, request: &str) -> std::io::Result<(u16, String, String)> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((status, head.to_ascii_lowercase(), body.to_owned()))
}
