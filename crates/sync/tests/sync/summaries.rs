//! What the list says of a long note: late by a moment at most, and never about who holds what.

use crate::cluster::Cluster;
use skein_space::{NoteId, Role, SpaceId};
use skein_sync::config::{REREAD_MS, SUMMARY_EAGER_UTF16, SUMMARY_REFRESH_MS};
use skein_sync::{Input, NoteRow, SessionHandle};

fn row(c: &Cluster, space: SpaceId, note: NoteId) -> &NoteRow {
    &c.devices[0].disk.rows[&(space, note)]
}

/// A note too long for a summary at every edit, and one more edit in it.
fn long() -> (Cluster, SpaceId, NoteId, SessionHandle) {
    let (mut c, space) = Cluster::with_space(1, Role::Editor);
    let text = "word ".repeat(SUMMARY_EAGER_UTF16 as usize / 4);
    let (note, session) = c.create(0, space, &text);
    c.run(2 * SUMMARY_REFRESH_MS);
    assert!(!row(&c, space, note).summary_stale);
    c.edit(0, session, 0, 0, "First ");
    c.settle();
    (c, space, note, session)
}

#[test]
fn tips_and_frontier_of_a_long_note_are_current_while_its_summary_is_not() {
    let (mut c, space, note, _) = long();
    let at_once = row(&c, space, note).clone();
    assert!(at_once.summary_stale && at_once.summary.preview.starts_with("word"));
    c.run(SUMMARY_REFRESH_MS);
    let later = row(&c, space, note);
    assert!(!later.summary_stale && later.summary.preview.starts_with("First"));
    assert_eq!(
        (&at_once.tips, &at_once.frontier),
        (&later.tips, &later.frontier)
    );
}

#[test]
fn a_summary_left_behind_by_a_killed_process_is_made_anew_at_the_next_start() {
    let (mut c, space, note, _) = long();
    c.kill_and_restart(0);
    assert!(row(&c, space, note).summary_stale);
    c.run(1);
    let later = row(&c, space, note);
    assert!(!later.summary_stale && later.summary.preview.starts_with("First"));
}

#[test]
fn closing_the_note_brings_its_summary_up_to_date() {
    let (mut c, space, note, session) = long();
    c.input(0, Input::Close { session });
    c.settle();
    assert!(!row(&c, space, note).summary_stale);
}

#[test]
fn a_note_that_could_not_be_read_as_an_edit_came_is_in_the_list_a_moment_later() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    let (note, _) = c.create(0, space, "Draft");
    c.settle();
    let b = c.open(1, space, note);
    c.kill_and_restart(0);
    c.reconnect(0, 1);
    c.devices[0].disk.snapshots_unreadable = true;
    c.edit(1, b, 0, 0, "Second ");
    c.settle();
    assert!(row(&c, space, note).summary.preview.starts_with("Draft"));
    c.devices[0].disk.snapshots_unreadable = false;
    c.run(2 * REREAD_MS);
    assert!(row(&c, space, note).summary.preview.starts_with("Second"));
}
