//! The roster against the design's executable model: the same histories, the same verdicts.
//!
//! `../data/histories.json` comes from `../export_histories.py`, which says what its lines mean.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cast::*;
use serde_json::Value;
use skein_space::*;

const HISTORIES: &str = include_str!("../data/histories.json");

struct Line {
    by: usize,
    life: u8,
    seq: u64,
    deps: Vec<usize>,
    what: Value,
    verdict: u64,
}

struct History {
    seed: u64,
    lines: Vec<Line>,
    roles: Vec<Option<Role>>,
    /// The Member entries by place.
    entries: BTreeMap<usize, Arc<Entry>>,
}

#[test]
fn every_member_entry_is_held_and_counts_as_in_the_model() {
    let mut seen = BTreeSet::new();
    each_history(|history, roster| {
        for (place, entry) in &history.entries {
            let verdict = history.lines[*place].verdict;
            let ours = match roster.counts(&entry.reference()) {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            };
            assert_eq!(ours, verdict, "seed {} place {place}", history.seed);
            assert_eq!(
                roster.admits(entry).is_ok(),
                verdict != 0,
                "seed {} place {place}",
                history.seed
            );
            seen.insert((history.lines[*place].what[0].to_string(), verdict));
        }
    });
    assert_eq!(
        seen.len(),
        9,
        "every operation with every verdict it can have: {seen:?}"
    );
}

#[test]
fn every_role_is_as_in_the_model() {
    each_history(|history, roster| {
        for (device, role) in history.roles.iter().enumerate() {
            assert_eq!(
                roster.role(key(device)),
                *role,
                "seed {} device {device}",
                history.seed
            );
        }
    });
}

#[test]
fn every_edit_is_refused_or_set_aside_as_in_the_model() {
    let mut seen = BTreeMap::new();
    each_history(|history, roster| {
        let mut ended = BTreeSet::new();
        for (place, line) in history
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.what[0] == "edit")
        {
            let chain = chain(line.by, line.life, Log::Notes).id();
            let past = roster
                .past(&history.refs(&line.deps))
                .expect("edits build on what is held");
            let ours = if ended.contains(&chain)
                || roster.role_in(&past, key(line.by)) < Some(Role::Editor)
            {
                ended.insert(chain);
                0
            } else if roster.sets_aside(key(line.by), chain, line.seq, &past) {
                2
            } else {
                1
            };
            assert_eq!(ours, line.verdict, "seed {} place {place}", history.seed);
            *seen.entry(ours).or_insert(0) += 1;
        }
    });
    assert!(
        seen[&0] > 50 && seen[&1] > 1000 && seen[&2] > 200,
        "all verdicts occur: {seen:?}"
    );
}

/// Runs the check with each history's roster, folded at once in some order and one by one in another.
fn each_history(mut check: impl FnMut(&History, &Roster)) {
    let mut count = 0;
    for line in HISTORIES.lines() {
        let history = read(line);
        let mut dice = Dice(history.seed);
        let mut entries: Vec<_> = history.entries.values().cloned().collect();
        dice.shuffle(&mut entries);
        check(&history, &Roster::fold(space(), &entries));
        dice.shuffle(&mut entries);
        check(&history, &one_by_one(entries));
        count += 1;
    }
    assert_eq!(count, 200);
}

/// Takes entries as they come, and those that wait whenever something came.
fn one_by_one(mut waiting: Vec<Arc<Entry>>) -> Roster {
    let mut roster = Roster::empty(space());
    loop {
        let before = roster.len();
        waiting.retain(|entry| {
            roster = roster.with(Arc::clone(entry));
            !roster.holds(&entry.reference())
        });
        if roster.len() == before {
            return roster;
        }
    }
}

impl History {
    fn refs(&self, places: &[usize]) -> Vec<EntryRef> {
        places
            .iter()
            .map(|place| self.entries[place].reference())
            .collect()
    }
}

fn read(line: &str) -> History {
    let json: Value = serde_json::from_str(line).expect("a line of JSON");
    let mut history = History {
        seed: number(&json["seed"]),
        lines: list(&json["entries"]).iter().map(read_line).collect(),
        roles: list(&json["roles"])
            .iter()
            .map(|role| role_of(number(role)))
            .collect(),
        entries: BTreeMap::new(),
    };
    let mut last: BTreeMap<(usize, u8), Arc<Entry>> = BTreeMap::new();
    for place in 0..history.lines.len() {
        let line = &history.lines[place];
        let Some(member) = member(&history, &line.what) else {
            continue;
        };
        let previous = last
            .get(&(line.by, line.life))
            .filter(|entry| entry.header().seq + 1 == line.seq);
        assert!(line.seq == 1 || previous.is_some(), "chains have no gaps");
        let deps = history.refs(&line.deps);
        let entry = member_entry(
            line.by,
            line.life,
            previous.map(|entry| entry.as_ref()),
            &deps,
            &member,
        );
        last.insert((line.by, line.life), Arc::clone(&entry));
        history.entries.insert(place, entry);
    }
    history
}

fn read_line(json: &Value) -> Line {
    Line {
        by: number(&json[0]) as usize,
        life: number(&json[1]) as u8,
        seq: number(&json[2]),
        deps: list(&json[3])
            .iter()
            .map(|place| number(place) as usize)
            .collect(),
        what: json[4].clone(),
        verdict: number(&json[5]),
    }
}

/// The Member payload of a line; none for an edit.
fn member(history: &History, what: &Value) -> Option<Member> {
    let about = || number(&what[1]) as usize;
    Some(match what[0].as_str().expect("an operation") {
        "found" => found(None),
        "set" => set_role(about(), role_of(number(&what[2])).expect("a role")),
        "lower" => {
            let cuts: Vec<_> = list(&what[3])
                .iter()
                .map(|cut| cut_at(history, list(cut)))
                .collect();
            lower(about(), role_of(number(&what[2])), &cuts)
        }
        "move" => {
            let lowering = &history.entries[&(number(&what[2]) as usize)];
            move_cut(lowering, cut_at(history, &list(what)[3..]))
        }
        _ => return None,
    })
}

/// [by, incarnation, log, seq]; of a roster chain with the hash of the entry that stands there.
fn cut_at(history: &History, json: &[Value]) -> EntryRef {
    let (by, life, seq) = (
        number(&json[0]) as usize,
        number(&json[1]) as u8,
        number(&json[3]),
    );
    if json[2] == "n" {
        return edit_ref(by, life, seq);
    }
    let chain = chain(by, life, Log::Roster).id();
    let there = history
        .entries
        .values()
        .find(|entry| entry.chain_id() == chain && entry.header().seq == seq);
    there.expect("a cut names an entry").reference()
}

fn role_of(code: u64) -> Option<Role> {
    Role::from_code(code as u8).expect("a role")
}

fn number(json: &Value) -> u64 {
    json.as_u64().expect("a number")
}

fn list(json: &Value) -> &[Value] {
    json.as_array().expect("a list")
}
