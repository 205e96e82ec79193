use skein_app::view::{PeerStatus, SpaceStatus};

use super::*;

fn space(number: u8) -> SpaceId {
    SpaceId([number; 16])
}

fn row(note: u8, held_by_others: bool) -> NoteLine {
    NoteLine {
        id: NoteId([note; 16]),
        title: "a title no tray may show".into(),
        space: space(1),
        folder: None,
        tags: Vec::new(),
        modified_ms: 0,
        words: 1,
        state: NoteState::Ok,
        preview: String::new(),
        pinned: false,
        trashed: false,
        held_by_others,
    }
}

fn peer(number: u8, person: &str, behind: Option<u64>) -> PeerStatus {
    PeerStatus {
        device: DeviceKey([number; 32]),
        person: person.into(),
        device_name: "laptop".into(),
        online: true,
        behind,
        needs_newer: false,
    }
}

fn status(spaces: Vec<(u8, Vec<PeerStatus>)>) -> Status {
    let one = |(number, peers)| SpaceStatus {
        id: space(number),
        name: "Team".into(),
        heads: Vec::new(),
        out: false,
        peers,
    };
    Status {
        device: DeviceKey([9; 32]),
        offline: false,
        disk_low: false,
        spaces: spaces.into_iter().map(one).collect(),
    }
}

fn note_status(saved: bool) -> NoteStatus {
    NoteStatus {
        note: NoteId([1; 16]),
        saved,
        state: NoteState::Ok,
        offline: false,
        disk_low: false,
        set_aside: 0,
        waiting_for: None,
        peers: Vec::new(),
    }
}

/// One shared space, of which Ben has everything.
fn shared() -> Facts {
    let mut facts = Facts::default();
    facts.take_notes(space(1), &[row(1, true), row(2, true)]);
    facts.take_status(&status(vec![(1, vec![peer(2, "Ben", Some(0))])]));
    facts
}

fn says(facts: &Facts, text: &str, tone: Tone) {
    assert_eq!(
        facts.line(),
        Line {
            text: text.into(),
            tone
        }
    );
}

#[test]
fn what_is_on_this_device_alone_claims_nothing_more() {
    let mut facts = Facts::default();
    facts.take_notes(space(1), &[row(1, false)]);
    facts.take_status(&status(vec![(1, vec![])]));
    says(&facts, "Everything is saved on this device", Tone::Well);
}

#[test]
fn a_device_has_everything_by_its_own_word_alone() {
    says(&shared(), "Ben’s laptop has everything", Tone::Well);
    for peer in [
        peer(2, "Ben", Some(1)),
        peer(2, "Ben", None),
        PeerStatus {
            needs_newer: true,
            ..peer(2, "Ben", Some(0))
        },
    ] {
        let mut facts = shared();
        facts.take_status(&status(vec![(1, vec![peer])]));
        says(&facts, "Everything is on another device too", Tone::Well);
    }
}

#[test]
fn a_note_that_nobody_else_is_known_to_hold_is_counted() {
    let mut facts = shared();
    facts.take_notes(space(1), &[row(1, false), row(2, true)]);
    says(&facts, "1 note has words only here", Tone::Well);
    // Also in a space that is not shared: it would be gone with this device.
    facts.take_notes(space(2), &[row(3, false)]);
    says(&facts, "2 notes have words only here", Tone::Well);
}

#[test]
fn who_is_not_in_every_space_does_not_have_everything() {
    let mut facts = shared();
    facts.take_notes(space(2), &[row(3, true)]);
    let (ben, cem) = (peer(2, "Ben", Some(0)), peer(3, "Cem", Some(0)));
    facts.take_status(&status(vec![
        (1, vec![ben.clone()]),
        (2, vec![cem.clone()]),
    ]));
    says(&facts, "Everything is on another device too", Tone::Well);
    let both = vec![ben, cem];
    facts.take_status(&status(vec![(1, both.clone()), (2, both)]));
    says(&facts, "All 2 other devices have everything", Tone::Well);
}

#[test]
fn offline_says_so_and_no_more() {
    let mut facts = shared();
    facts.take_offline(true);
    says(&facts, "Offline: changes are saved here", Tone::Offline);
    facts.take_note_status(&note_status(false));
    says(&facts, "Saving…", Tone::Well);
    facts.take_note_status(&note_status(true));
    says(&facts, "Offline: changes are saved here", Tone::Offline);
}

#[test]
fn what_needs_a_person_goes_before_all_else() {
    let mut facts = shared();
    facts.take_offline(true);
    facts.take_status(&Status {
        disk_low: true,
        ..status(vec![(1, vec![])])
    });
    says(
        &facts,
        "The disk is nearly full: what others write waits",
        Tone::NeedsYou,
    );
    let broken = NoteLine {
        state: NoteState::Broken,
        ..row(1, true)
    };
    facts.take_notes(space(1), &[broken]);
    says(
        &facts,
        "1 note cannot be shown in full here",
        Tone::NeedsYou,
    );
    facts.take_trouble(7, Some("the disk is full".into()));
    says(&facts, "Not saved: the disk is full", Tone::NeedsYou);
    facts.take_end("the disk is gone".into());
    says(
        &facts,
        "Your notes are closed: the disk is gone",
        Tone::NeedsYou,
    );
}

#[test]
fn trouble_ends_with_its_session_or_when_words_reach_the_disk_again() {
    let mut facts = shared();
    facts.take_trouble(7, Some("the disk is full".into()));
    facts.take_trouble(8, None);
    assert_eq!(facts.line().tone, Tone::NeedsYou);
    facts.take_trouble(7, None);
    says(&facts, "Ben’s laptop has everything", Tone::Well);
}

#[test]
fn a_space_that_is_gone_is_not_counted_any_more() {
    let mut facts = shared();
    facts.take_notes(space(2), &[row(3, false)]);
    let now = status(vec![(1, vec![peer(2, "Ben", Some(0))]), (3, vec![])]);
    facts.take_status(&now);
    assert_eq!(facts.uncounted(&now), [space(3)]);
    says(&facts, "Ben’s laptop has everything", Tone::Well);
}

#[test]
fn devices_are_named_as_in_the_window() {
    assert_eq!(device_words("Ben", "Ben’s laptop"), "Ben’s laptop");
    assert_eq!(device_words("Ben Li", "ben-thinkpad"), "ben-thinkpad");
    assert_eq!(device_words("Ben", "Benchmark"), "Ben’s Benchmark");
    assert_eq!(device_words("", ""), "An unnamed device");
}

#[test]
fn a_space_this_device_left_says_nothing_any_more() {
    let mut facts = shared();
    let mut left = status(vec![(1, vec![peer(2, "Ben", Some(0))]), (2, Vec::new())]);
    left.spaces[1].out = true;
    facts.take_notes(space(2), &[row(3, false)]);
    facts.take_status(&left);
    assert_eq!(facts.line().text, "Ben’s laptop has everything");
    facts.take_notes(space(2), &[row(3, false)]);
    assert_eq!(facts.line().text, "Ben’s laptop has everything");
    assert_eq!(facts.uncounted(&left), []);
}
