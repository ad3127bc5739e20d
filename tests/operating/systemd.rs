//! What systemd is told, where it started the daemon.

use std::os::unix::net::UnixDatagram;

use crate::torture::daemon::{Daemon, dateline};
use crate::torture::newsroom::Newsroom;
use crate::torture::setup::Setup;
use crate::{SOON, STOP_LIMIT, command};

/// What came, until it holds `word`.
fn told(socket: &UnixDatagram, word: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let length = socket
            .recv(&mut bytes)
            .unwrap_or_else(|error| panic!("no {word}: {error}; there was {all:?}"));
        let message = String::from_utf8_lossy(&bytes[..length]).into_owned();
        let is_it = message.lines().any(|line| line == word);
        all.push(message);
        if is_it {
            return all;
        }
    }
}

#[test]
fn systemd_is_told_of_start_life_reload_and_end() {
    let setup = Setup::new("systemd");
    let newsroom = Newsroom::open(setup.folder(), 1);
    let path = setup.folder().join("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("")));
    let mut daemon = Daemon::spawn(
        dateline()
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "200000")
            .arg("run")
            .arg("-c")
            .arg(&config),
    );
    told(&socket, "READY=1");
    told(&socket, "WATCHDOG=1");
    assert!(command(&config, &["reload"]).status.success());
    let reload = told(&socket, "RELOADING=1");
    let message = reload.last().unwrap();
    assert!(message.contains("MONOTONIC_USEC="), "{message}");
    told(&socket, "READY=1");
    told(&socket, "WATCHDOG=1");
    daemon.terminate();
    told(&socket, "STOPPING=1");
    assert!(daemon.wait(STOP_LIMIT).success());
}
