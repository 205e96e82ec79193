//! The gate's rules, one by one, on hand-made bytes.

mod bytes;
mod forbidden;

use bytes::*;
use forbidden::forbidden;
use skein_note::config::{MAX_NESTING, MAX_STRUCTS, MAX_UPDATE_BYTES};
use skein_note::gate::{Facts, Refusal, canonical, check, split};
use skein_note::{Note, NoteError};

#[test]
fn every_forbidden_thing_is_refused_for_its_own_reason() {
    let mut wrong = Vec::new();
    for (what, bytes, reason) in forbidden() {
        let answer = check(&bytes, OWN, START);
        if answer.as_ref() != Err(&reason) {
            wrong.push(format!("{what}: {answer:?} instead of {reason:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_window_cannot_send_what_no_order_or_spelling_repairs() {
    let repaired = [
        Refusal::DeleteClients,
        Refusal::DeleteRanges,
        Refusal::LongNumber,
    ];
    let mut wrong = Vec::new();
    for (what, bytes, reason) in forbidden() {
        let made = canonical(&bytes, OWN, START);
        let repairs = repaired.contains(&reason) || what.starts_with("two values");
        let right = match &made {
            Ok(made) => repairs && check(made, OWN, START).is_ok(),
            Err(refusal) => *refusal == reason,
        };
        if !right {
            wrong.push(format!("{what}: {made:?} instead of {reason:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn size_and_number_of_structs_are_limited() {
    let letters: Vec<Vec<u8>> = vec![vec![0, 1]; MAX_STRUCTS];
    assert!(check(&update(&letters), OWN, START).is_ok());
    let more: Vec<Vec<u8>> = vec![vec![0, 1]; MAX_STRUCTS + 1];
    let refused = Refusal::TooManyStructs(MAX_STRUCTS as u64 + 1);
    assert_eq!(check(&update(&more), OWN, START), Err(refused));
    assert_eq!(split(&update(&more), OWN, START, MAX_UPDATE_BYTES).len(), 2);
    let long = update(&[text(&"x".repeat(MAX_UPDATE_BYTES))]);
    assert_eq!(check(&long, OWN, START), Err(Refusal::TooLong(long.len())));
    let whole = canonical(&long, OWN, START).expect("a window may send it");
    let parts = split(&whole, OWN, START, MAX_UPDATE_BYTES);
    let mut clock = START;
    for part in &parts {
        clock = check(part, OWN, clock).expect("a part passes").end_clock;
    }
    assert_eq!((parts.len(), clock), (2, START + MAX_UPDATE_BYTES as u64));
}

#[test]
fn clients_and_clocks_out_of_range_are_refused_before_anything_is_read() {
    assert_eq!(check(&[0, 0], 1 << 53, 0), Err(Refusal::ClientTooHigh));
    assert_eq!(check(&[0, 0], OWN, 1 << 31), Err(Refusal::ClockTooHigh));
}

#[test]
fn an_update_without_struct_and_delete_is_legal() {
    let nothing = Facts {
        end_clock: START,
        names: vec![],
        inserts: false,
        structs: 0,
    };
    assert_eq!(check(&[0, 0], OWN, START), Ok(nothing));
}

#[test]
fn facts_name_the_highest_id_of_every_other_writer_and_only_deletions_insert_nothing() {
    let structs = [
        [vec![0xc4], ids(&[(3, 7), (4, 2)]), string("ab😀")].concat(),
        [vec![0x84], ids(&[(3, 5)]), string("c")].concat(),
        [vec![4, 0], ids(&[(6, 1)]), string("d")].concat(),
        [vec![0x84], ids(&[(OWN, 3)]), string("e")].concat(),
    ];
    let deletes = [
        vec![2],
        number(2),
        vec![1],
        ids(&[(10, 5)]),
        number(3),
        vec![1],
        ids(&[(0, 20)]),
    ];
    let facts = check(
        &update_at(OWN, START, &structs, &deletes.concat()),
        OWN,
        START,
    )
    .expect("passes");
    assert_eq!(facts.names, [(2, 14), (3, 19), (4, 2), (6, 1)]);
    assert_eq!(
        (facts.end_clock, facts.inserts, facts.structs),
        (START + 7, true, 4)
    );
    let facts = check(&deleting(&[(OWN, &[(0, START)])]), OWN, START).expect("passes");
    assert_eq!(
        facts,
        Facts {
            end_clock: START,
            names: vec![],
            inserts: false,
            structs: 0
        }
    );
}

#[test]
fn everything_allowed_passes() {
    let id = "abcdefghijk";
    let all = update(&[
        text("é😀"),
        embed(&format!(
            "{{ \"b\" : \"{id}\", \"ref\": 5, \"future\": [{{}}, null, -0, 1.5e-3] }}"
        )),
        embed("{\"i\":\"mention\",\"ref\":\"short is fine in an atom\"}"),
        embed(&nested_json(MAX_NESTING)),
        format("", "9007199254740991"),
        format(&"m".repeat(256), "\"\\ud83d\\ude00\\u2029\\/\""),
        in_root(1, "title", &[5]),
        vec![0, 5],
        in_root(4, &format!("c/{id}/{id}/{id}"), &string("cell")),
        entry(7, "objects", id, &[1]),
        entry(7, "objects", "table-000001", &[0]),
        value(&[118, 3, 1, b'a', 126, 1, b'b', 121, 0, 119, 0]),
        value(&[125, 0x40]),
        value(&[vec![125, 0xbf], number(((1 << 31) - 1) >> 6)].concat()),
        value(&[vec![124], 2_147_483_648.0_f32.to_be_bytes().to_vec()].concat()),
        value(&[vec![123], 0.1_f64.to_be_bytes().to_vec()].concat()),
        entry(8, "attrs", "", &[1, 120]),
        in_root(8, "other", &[2, 120, 121]),
    ]);
    let facts = check(&all, OWN, START).expect("passes");
    assert_eq!(facts.structs, 18);
    assert!(check(&nested_maps(32), OWN, START).is_ok());
}

#[test]
fn the_canonical_form_sorts_and_merges_deletions_and_shortens_numbers() {
    let falling = deleting(&[
        (9, &[(40, 2), (3, 4), (7, 1), (4, 1)]),
        (2, &[(0, 1)]),
        (9, &[(41, 5)]),
    ]);
    let made = canonical(&falling, OWN, START).expect("can be repaired");
    assert_eq!(made, deleting(&[(2, &[(0, 1)]), (9, &[(3, 5), (40, 6)])]));
    let long = [
        vec![0x81, 0, 0x81, 0, 0x89, 0, 0xe4, 0],
        in_root(4, "body", &string("a")),
        vec![0x80, 0],
    ];
    assert_eq!(
        canonical(&long.concat(), OWN, START),
        Ok(update(&[text("a")]))
    );
}

/// yjs keeps a value that an undo may bring back in one struct with the one written over it: found by the binding's
/// fuzz as seed 836439380.
#[test]
fn values_written_over_each_other_get_a_struct_each() {
    let undone = entry(
        8,
        "attrs",
        "block-0000001/kind",
        &[3, 119, 1, b'a', 119, 1, b'b', 120],
    );
    let beside = [vec![0xa8], ids(&[(OWN, START + 2)]), vec![2, 120, 121]].concat();
    let raw = update(&[undone, beside]);
    let made = canonical(&raw, OWN, START).expect("a window may send it");
    let facts = check(&made, OWN, START).expect("canonical");
    assert_eq!((facts.structs, facts.end_clock), (5, START + 5));
    let before = update_at(OWN, 0, &[text(&"x".repeat(START as usize))], &[0]);
    for (bytes, fits) in [(made, true), (raw, false)] {
        let mut note = Note::new();
        note.apply(&before).expect("sound");
        assert_eq!(note.apply(&bytes).is_ok(), fits);
    }
}

#[test]
fn a_split_never_cuts_a_character_and_keeps_the_right_neighbour() {
    let struct_ = [
        vec![0xc4],
        ids(&[(3, 7), (4, 2)]),
        string(&"😀".repeat(1000)),
    ]
    .concat();
    let whole = update(&[struct_]);
    let parts = split(&whole, OWN, START, 1001);
    let mut clock = START;
    for part in &parts {
        assert!(part.len() <= 1001);
        let facts = check(part, OWN, clock).expect("passes");
        assert_eq!((facts.end_clock - clock) % 2, 0, "a pair is cut");
        assert!(facts.names.contains(&(4, 2)), "the right neighbour is gone");
        clock = facts.end_clock;
    }
    assert_eq!(clock, START + 2000);
}

#[test]
fn deletions_of_a_split_edit_come_last_and_are_cut_too() {
    let ranges: Vec<(u64, u64)> = (0..2000).map(|at| (at * 3, 1)).collect();
    let deletes = [vec![1], number(3), number(2000), ids(&ranges)].concat();
    let whole = update_at(OWN, START, &[text(&"x".repeat(3000))], &deletes);
    let parts = split(&whole, OWN, START, 2000);
    let facts: Vec<Facts> = parts
        .iter()
        .scan(START, |clock, part| {
            let facts = check(part, OWN, *clock).expect("passes");
            *clock = facts.end_clock;
            Some(facts)
        })
        .collect();
    let first_delete = facts
        .iter()
        .position(|facts| !facts.names.is_empty())
        .expect("deletes");
    assert!(facts[first_delete + 1..].iter().all(|facts| !facts.inserts));
    assert!(facts.len() >= 4 && parts.iter().all(|part| part.len() <= 2000));
}

/// Found by the fuzz of `tests/fuzz`: such a word stood elsewhere in the note than in its snapshot.
#[test]
fn neighbours_of_another_writer_stand_the_right_way_round() {
    let beside = |left: (u64, u64), right: (u64, u64)| {
        update_at(
            OWN,
            0,
            &[[vec![0xc4], ids(&[left, right]), string("x")].concat()],
            &[0],
        )
    };
    let mut note = Note::new();
    let after = |clock: u64| [vec![0x84], ids(&[(1, clock)]), string("d")].concat();
    // Body: d, c, a, b of writer 1 at clocks 3, 2, 0, 1.
    note.apply(&update_at(1, 0, &[text("ab")], &[0])).unwrap();
    let before = [vec![0x44], ids(&[(1, 0)]), string("c")].concat();
    note.apply(&update_at(1, 2, &[before], &[0])).unwrap();
    let before = [vec![0x44], ids(&[(1, 2)]), string("d")].concat();
    note.apply(&update_at(1, 3, &[before], &[0])).unwrap();
    // And e, f behind it, in two edits.
    note.apply(&update_at(1, 4, &[after(1)], &[0])).unwrap();
    note.apply(&update_at(1, 5, &[after(4)], &[0])).unwrap();
    for (left, right) in [(5, 4), (1, 0), (5, 5), (4, 4)] {
        let update = beside((1, left), (1, right));
        // Some of it the gate sees by itself, the rest only the note.
        let answer = check(&update, OWN, 0).map_err(NoteError::Misplaced);
        let answer = answer.and_then(|_| note.apply(&update));
        assert_eq!(
            answer,
            Err(NoteError::Misplaced(Refusal::Backwards)),
            "{left} and {right}"
        );
    }
    // A lower clock on the right is usual: what was written later often stands further left.
    let usual = beside((1, 2), (1, 0));
    assert!(check(&usual, OWN, 0).is_ok());
    note.apply(&usual).unwrap();
    assert_eq!(note.text(), "dcxabdd");
}
