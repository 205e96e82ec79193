//! Proof that the simulator can fail: each planted fault is found.
//!
//! `cargo test --release -p skein-harness --features planted --test planted`

use skein_harness::cluster::Cluster;
use skein_harness::plan::{Act, Expected, Op, Part, Plan, World};
use skein_harness::{generate, run};
use skein_space::planted::{ALL, Fault, plant};
use skein_sync::NoteState;

/// Seeds within which every planted fault is found.
const SEEDS: u64 = 400;

/// Faults that schedules need not find: one has a story below; the other costs nobody a word since both branches of
/// a fork count, and the rule it breaks (SPEC R5) has a test in `crates/sync`.
const ELSEWHERE: [Fault; 2] = [Fault::ApplyFails, Fault::IncarnationKept];

/// Faults that only races about membership find.
const RACING: [Fault; 4] = [
    Fault::SecretsToAll,
    Fault::SecretKept,
    Fault::RemovedUntold,
    Fault::AsideForgotten,
];

/// The first seed that finds a fault, and the promise that it breaks.
fn found(fault: Fault) -> Option<(u64, &'static str)> {
    let expected = if RACING.contains(&fault) {
        Expected::RACES
    } else {
        Expected::TODAY
    };
    plant(Some(fault));
    let found = (1..=SEEDS).find_map(|seed| {
        let outcome = run::once(&generate::plan(seed, expected), false);
        outcome.failure.map(|failure| (seed, failure.promise))
    });
    plant(None);
    found
}

#[test]
fn every_planted_fault_is_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut missed = Vec::new();
    for fault in ALL.iter().filter(|fault| !ELSEWHERE.contains(fault)) {
        match found(*fault) {
            Some((seed, promise)) => println!("{fault:?}: seed {seed}: {promise}"),
            None => missed.push(*fault),
        }
    }
    let _ = std::panic::take_hook();
    let planted = ALL.len() - ELSEWHERE.len();
    println!("{} of {planted} found", planted - missed.len());
    assert!(planted >= 20, "{planted} faults are planted");
    assert!(
        missed.is_empty(),
        "not found within {SEEDS} seeds: {missed:?}"
    );
}

/// This version's document fails on an edit that others can read.
#[test]
fn story_23_a_note_is_shown_without_an_edit_that_its_document_fails_on_and_whole_later() {
    let mut cluster = Cluster::new(Plan {
        seed: 7,
        world: World::calm(&[Part::Founder, Part::Editor]),
        ops: Vec::new(),
    });
    cluster.begin();
    assert!(cluster.window_on(0, 0, 0).is_some());
    cluster.run_for(100);
    for _ in 0..6 {
        cluster.act(0, 0, 0, Act::Type(3), 0);
        cluster.run_for(100);
    }
    cluster.run_for(3_000);
    let whole = text(&mut cluster, 1);

    plant(Some(Fault::ApplyFails));
    cluster.perform(Op::Kill(1, 10));
    cluster.run_for(3_000);
    let (space, note) = (cluster.space, cluster.notes[0]);
    let part = text(&mut cluster, 1);
    assert!(
        !part.is_empty() && part.len() < whole.len(),
        "{part:?} of {whole:?}"
    );
    let process = cluster.devices[1].process.as_mut().expect("it runs");
    let status = process.engine.status(&process.held, space, note);
    let status = status.expect("a sound disk").expect("a member");
    assert_eq!(status.state, NoteState::Broken, "and the person sees it");

    plant(None);
    cluster.perform(Op::Kill(1, 10));
    cluster.run_for(3_000);
    assert_eq!(text(&mut cluster, 1), whole);
}

fn text(cluster: &mut Cluster, device: usize) -> String {
    let (space, note) = (cluster.space, cluster.notes[0]);
    let process = cluster.devices[device].process.as_mut().expect("it runs");
    let note = process.engine.note(&process.held, space, note);
    note.expect("a sound disk").expect("a member").text()
}
