//! What is set aside leaves the note again, on every device, and no word typed meanwhile is lost.

use crate::cluster::{Cluster, Seen};
use skein_space::{Kind, NoteId, Role, SpaceId};
use skein_sync::config;
use skein_sync::frame::Frame;
use skein_sync::{EndReason, Event, Input, Notice, SessionHandle};

/// Three members with "kept" from the second; then it writes " late", which only the third gets before the first,
/// an owner, removes its author. The third has the note open.
struct Story {
    c: Cluster,
    space: SpaceId,
    note: NoteId,
    window: SessionHandle,
}

fn story() -> Story {
    story_of(&[" late"])
}

fn story_of(late: &[&str]) -> Story {
    let (mut c, space) = Cluster::with_space(3, Role::Editor);
    c.connect_all();
    let (note, author) = c.create(1, space, "kept");
    c.run(6_000);
    let window = c.open(2, space, note);
    c.disconnect(0, 1);
    c.disconnect(0, 2);
    for word in late.iter().rev() {
        c.edit(1, author, 4, 0, word);
    }
    c.run(1_000);
    assert_eq!(c.text(2, space, note), format!("kept{}", late.concat()));
    c.change_role(0, 1, space, None).expect("removed");
    Story {
        c,
        space,
        note,
        window,
    }
}

impl Story {
    fn meet(&mut self) {
        self.c.reconnect(0, 2);
        self.c.run(6_000);
    }

    fn texts(&mut self) -> [String; 2] {
        [0, 2].map(|i| self.c.text(i, self.space, self.note))
    }
}

#[test]
fn an_applied_edit_that_is_set_aside_leaves_the_note_and_its_windows_are_reset() {
    let mut s = story();
    s.meet();
    assert_eq!(s.texts(), ["kept", "kept"]);
    assert_eq!(
        s.c.devices[2].sessions[&s.window].ended,
        Some(EndReason::Rebuilt { gone: 1 })
    );
    assert_eq!(s.c.hashes(0), s.c.hashes(2), "both still hold everything");
    let row = &s.c.devices[2].disk.rows[&(s.space, s.note)];
    assert_eq!((row.set_aside, row.summary.preview.as_str()), (1, "kept"));
    let again = s.c.open(2, s.space, s.note);
    s.c.edit(2, again, 4, 0, "!");
    s.c.run(1_000);
    assert_eq!(s.texts(), ["kept!", "kept!"]);
}

#[test]
fn what_the_window_had_typed_beside_it_is_sealed_on_its_old_session() {
    let mut s = story();
    s.meet();
    s.c.edit(2, s.window, 0, 0, "Typed meanwhile, ");
    s.c.run(1_000);
    assert_eq!(
        s.texts(),
        ["Typed meanwhile, kept", "Typed meanwhile, kept"]
    );
    let window = &s.c.devices[2].sessions[&s.window];
    assert_eq!(window.acked, window.pushed);
}

#[test]
fn what_the_window_had_typed_into_it_becomes_a_draft_and_the_person_is_told() {
    let mut s = story();
    s.meet();
    s.c.edit(2, s.window, 7, 0, "XX");
    s.c.run(1_000);
    assert_eq!(s.texts(), ["kept", "kept"]);
    assert_eq!(s.c.devices[2].disk.drafts.len(), 1);
    let window = &s.c.devices[2].sessions[&s.window];
    assert_eq!(window.acked, window.pushed, "it is safe, as a draft");
    let told = |seen: &Seen| matches!(seen, Seen::Event(Event::Notice(Notice::Drafted { note, .. })) if *note == s.note);
    assert!(s.c.devices[2].seen.iter().any(told));
}

#[test]
fn what_somebody_in_standing_built_upon_stays() {
    let mut s = story();
    s.c.edit(2, s.window, 9, 0, ", yes");
    s.c.run(1_000);
    s.meet();
    assert_eq!(s.texts(), ["kept late, yes", "kept late, yes"]);
    assert_eq!(s.c.devices[2].sessions[&s.window].ended, None);
}

#[test]
fn what_was_built_upon_stays_in_whatever_order_it_comes() {
    // All orders of the late edits, the session that built on the last of them, and its edit.
    for order in [[2, 3, 0, 1], [0, 2, 3, 1], [2, 0, 3, 1], [0, 1, 2, 3]] {
        let mut s = story_of(&[" late", "r"]);
        s.c.edit(2, s.window, 10, 0, ", yes");
        s.c.run(1_000);
        let (late, built) = (s.c.key(1), s.c.key(2));
        let notes = s.c.devices[2].disk.arrival.clone();
        let of = |author| {
            let mut all: Vec<_> = notes.iter().map(|(entry, ..)| entry.clone()).collect();
            all.retain(|e| e.header().chain.device == author && e.header().kind != Kind::Member);
            all
        };
        let (late, built) = (of(late), of(built));
        let entries = [
            &late[late.len() - 2],
            &late[late.len() - 1],
            &built[0],
            &built[1],
        ];
        s.c.withholds = Some((2, 0));
        s.c.reconnect(0, 2);
        let stream = s.c.stream(0, 2);
        for at in order {
            let (kind, body) = Frame::Entry(entries[at].clone()).encode();
            s.c.input(0, Input::Frame { stream, kind, body });
        }
        s.c.settle();
        assert_eq!(s.texts()[0], "kept later, yes", "{order:?}");
    }
}

#[test]
fn a_note_nobody_has_open_is_rebuilt_too_also_from_a_snapshot_that_has_the_edits() {
    let late = vec!["x"; config::SNAPSHOT_ENTRIES as usize];
    let mut s = story_of(&late);
    s.c.input(2, Input::Close { session: s.window });
    assert!(
        s.c.devices[2]
            .disk
            .snapshots
            .contains_key(&(s.space, s.note))
    );
    let before = s.c.devices[2].disk.snapshots.clone();
    s.c.kill_and_restart(2);
    s.meet();
    let row = &s.c.devices[2].disk.rows[&(s.space, s.note)];
    assert_eq!(
        (row.set_aside, row.summary.preview.as_str()),
        (config::SNAPSHOT_ENTRIES, "kept")
    );
    // Killed before the new snapshot was written.
    s.c.devices[2].disk.snapshots = before;
    s.c.kill_and_restart(2);
    assert_eq!(s.texts(), ["kept", "kept"]);
}
