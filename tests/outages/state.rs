//! A state folder that cannot be used: unwritable, read-only, or another process's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::torture::daemon::{binary, dateline};
use crate::torture::disk::SmallDisk;
use crate::torture::newsroom::Newsroom;
use crate::torture::setup::Setup;
use crate::{SOON, Scene};

/// Exit code of a daemon that lacks something it needs.
const UNAVAILABLE: i32 = 69;

/// Runs the daemon as a user who may write nothing of ours, and expects it to end at once.
fn run_as_nobody(setup: &Setup, config: &Path) -> Output {
    fs::set_permissions(setup.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    if !rustix::process::geteuid().is_root() {
        return dateline()
            .arg("run")
            .arg("-c")
            .arg(config)
            .output()
            .unwrap();
    }
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    Command::new("setpriv")
        .args(nobody)
        .arg(binary())
        .arg("run")
        .arg("-c")
        .arg(config)
        .output()
        .unwrap()
}

fn assert_unavailable(output: &Output, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(UNAVAILABLE), "{said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
}

#[test]
fn a_state_folder_that_cannot_be_written_is_refused_clearly() {
    let setup = Setup::new("unwritable");
    let newsroom = Newsroom::open(setup.folder(), 3);
    let config = setup.configure(&(newsroom.configuration() + &setup.jsonl("")));
    let state = setup.state().to_str().unwrap();

    fs::create_dir(setup.state()).unwrap();
    fs::set_permissions(setup.state(), fs::Permissions::from_mode(0o555)).unwrap();
    assert_unavailable(
        &run_as_nobody(&setup, &config),
        &[state, "this user may write to"],
    );

    fs::set_permissions(setup.state(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_dir(setup.state()).unwrap();
    fs::write(setup.state(), "not a folder").unwrap();
    assert_unavailable(
        &dateline()
            .arg("run")
            .arg("-c")
            .arg(&config)
            .output()
            .unwrap(),
        &[state, "folder"],
    );
}

#[test]
fn a_state_folder_on_a_read_only_disk_is_refused_clearly() {
    let Some(disk) = SmallDisk::mount(8) else {
        return;
    };
    let mut scene = Scene::new(Setup::new("read-only").with_state(&disk.path().join("state")));
    let mut daemon = scene.start("");
    scene.print(1);
    scene.wait_for_files(SOON);
    daemon.stop(SOON);
    disk.make_read_only();
    let config = scene.setup.folder().join("dateline.toml");
    let output = dateline()
        .arg("run")
        .arg("-c")
        .arg(config)
        .output()
        .unwrap();
    assert_unavailable(
        &output,
        &[scene.setup.state().to_str().unwrap(), "ead-only"],
    );
    assert_eq!(scene.status()["running"], false);
}

#[test]
fn a_second_process_on_the_same_state_is_refused_by_the_first_ones_pid() {
    let mut scene = Scene::new(Setup::new("second"));
    let mut daemon = scene.start("");
    daemon.wait_for_log(&["dateline is running"], SOON);
    let config = scene.setup.folder().join("dateline.toml");
    let output = dateline()
        .arg("run")
        .arg("-c")
        .arg(config)
        .output()
        .unwrap();
    let pid = format!("pid {}", daemon.pid());
    assert_unavailable(&output, &[scene.setup.state().to_str().unwrap(), &pid]);
    assert_eq!(scene.status()["pid"], daemon.pid());
    // The first one has not noticed.
    scene.assert_the_rest_goes_on();
    daemon.stop(SOON);
    scene.assert_files_hold_everything_once();
}
