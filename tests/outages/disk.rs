//! A disk that is full, under the state or under the JSON lines.

use crate::torture::disk::SmallDisk;
use crate::torture::setup::Setup;
use crate::torture::{throughout, until};
use crate::{
    AFTER_BACKOFF, SOON, Scene, WATCHED, assert_it_does_not_spin, assert_unready, is_zero, some,
    wait_until_ready,
};

/// The label of the sink in metrics.
const JSONL: &str = "sink=\"jsonl.files\"";

#[test]
fn a_full_disk_under_the_state_is_waited_out() {
    let Some(disk) = SmallDisk::mount(8) else {
        return;
    };
    let mut scene = Scene::new(Setup::new("full-state").with_state(&disk.path().join("state")));
    let mut daemon = scene.start("");
    scene.print(3);
    scene.wait_for_files(SOON);
    assert_eq!(daemon.metric("dateline_store_healthy", &[]), Some(1.0));

    disk.fill();
    until("the full disk is noticed", SOON, || {
        scene.print(1);
        daemon
            .metric("dateline_store_healthy", &[])
            .filter(|healthy| is_zero(*healthy))
    });
    daemon.wait_for_log(&["the state cannot be written", "disk is full"], SOON);
    daemon.wait_for_metric("dateline_store_errors_total", &[], SOON, some);
    assert_unready(&mut daemon, &["store", "full"]);
    assert_it_does_not_spin(&daemon);
    scene.print(3);

    disk.make_room();
    scene.wait_for_files(AFTER_BACKOFF);
    wait_until_ready(&mut daemon, SOON);
    assert_eq!(daemon.metric("dateline_store_healthy", &[]), Some(1.0));

    // The same with a kill in the middle of it.
    disk.fill();
    until("the full disk is noticed again", SOON, || {
        scene.print(1);
        daemon
            .metric("dateline_store_healthy", &[])
            .filter(|healthy| is_zero(*healthy))
    });
    daemon.kill();
    disk.make_room();
    let mut daemon = scene.start("");
    scene.wait_for_files(SOON);
    daemon.stop(SOON);
    scene.assert_files_hold_everything_once();
}

#[test]
fn a_full_disk_under_the_json_lines_is_waited_out() {
    let Some(disk) = SmallDisk::mount(1) else {
        return;
    };
    let mut scene =
        Scene::new(Setup::new("full-records").with_records(&disk.path().join("records")));
    let mut daemon = scene.start("");
    scene.print(3);
    scene.wait_for_files(SOON);

    disk.fill();
    until("the full disk is noticed", SOON, || {
        scene.print(1);
        daemon
            .metric("dateline_sink_up", &[JSONL])
            .filter(|up| is_zero(*up))
    });
    daemon.wait_for_log(
        &["nothing can be delivered", "disk_full", "free some space"],
        SOON,
    );
    daemon.wait_for_metric(
        "dateline_sink_faults_total",
        &[JSONL, "disk_full"],
        SOON,
        some,
    );
    assert_eq!(daemon.metric("dateline_store_healthy", &[]), Some(1.0));
    assert_unready(&mut daemon, &["jsonl.files"]);
    assert_it_does_not_spin(&daemon);
    // That the folder can be opened does not count as recovery: the waits grow.
    scene.print(3);
    daemon.wait_for_log(&["nothing can be delivered", "\"failures\":3,"], SOON);
    throughout(WATCHED, || {
        assert_eq!(daemon.metric("dateline_sink_up", &[JSONL]), Some(0.0))
    });

    disk.make_room();
    scene.wait_for_files(AFTER_BACKOFF);
    wait_until_ready(&mut daemon, SOON);
    daemon.stop(SOON);
    scene.assert_files_hold_everything_once();
}
